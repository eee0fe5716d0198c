/** The kinds of core/v1 that have rules. */

import type { Kind } from "../kind.ts";

export const core: readonly Kind[] = [];
