/** The request's path: a step passes or throws and can't skip the next. Then one verb, or an endpoint. */

import type { Step } from "../call.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { impersonate } from "./impersonate.ts";
import { parse } from "./parse.ts";
import { resolve } from "./resolve.ts";
import { takeTurn } from "./take-turn.ts";

export const request: readonly Step[] = [parse, authenticate, impersonate, takeTurn, authorize, resolve];
