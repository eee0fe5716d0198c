/** The kinds of flowcontrol.apiserver.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { FlowSchema } from "./flow-schema.ts";
import { PriorityLevelConfiguration } from "./priority-level.ts";

export const flowcontrol: readonly Kind[] = [FlowSchema, PriorityLevelConfiguration];
