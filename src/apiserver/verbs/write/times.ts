/** The last look before a write is checked: one whose only news is the time in its managedFields changes nothing. */

import { keepTimes } from "../../../machinery/apply/keep-times.ts";
import type { Plain } from "../../../machinery/plain.ts";
import type { Write } from "./write.ts";

export function keepEntryTimes({ last, next }: Write): void {
  if (last === undefined) return;
  const [before, after] = [last as unknown as Plain, next as unknown as Plain]; // Whole objects are compared, member by member.
  if (keepTimes(before, after) !== after) next.metadata.managedFields = last.metadata.managedFields;
}
