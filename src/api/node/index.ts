/** The kinds of node.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { RuntimeClass } from "./runtime-class.ts";

export const node: readonly Kind[] = [RuntimeClass];
