/** The drills there are. */

import type { Drill } from "./drill.ts";
import T1_01 from "./T1-01.ts";
import T2_01 from "./T2-01.ts";
import T2_05 from "./T2-05.ts";

export const drills: readonly Drill[] = [T1_01, T2_01, T2_05];
