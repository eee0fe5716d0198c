/** The kinds of apps/v1 that have rules. */

import type { Kind } from "../kind.ts";

export const apps: readonly Kind[] = [];
