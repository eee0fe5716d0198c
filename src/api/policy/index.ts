/** The kinds of policy/v1. */

import type { Kind } from "../kind.ts";
import { PodDisruptionBudget } from "./pod-disruption-budget.ts";

export const policy: readonly Kind[] = [PodDisruptionBudget];
