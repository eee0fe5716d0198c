/** The kinds of events.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { Event } from "./event.ts";

export const events: readonly Kind[] = [Event];
