/** The kinds of coordination.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { Lease } from "./lease.ts";

export const coordination: readonly Kind[] = [Lease];
