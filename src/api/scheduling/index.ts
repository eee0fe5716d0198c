/** The kinds of scheduling.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { PriorityClass } from "./priority-class.ts";

export const scheduling: readonly Kind[] = [PriorityClass];
