/** The drills there are. */

import type { Drill } from "./drill.ts";
import T1_01 from "./T1-01.ts";
import T2_01 from "./T2-01.ts";
import T2_04 from "./T2-04.ts";
import T2_05 from "./T2-05.ts";
import T4_01 from "./T4-01.ts";
import T4_06 from "./T4-06.ts";
import T6_01 from "./T6-01.ts";
import T6_02 from "./T6-02.ts";

export const drills: readonly Drill[] = [T1_01, T2_01, T2_04, T2_05, T4_01, T4_06, T6_01, T6_02];
