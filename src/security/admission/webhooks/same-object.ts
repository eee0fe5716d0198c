/** Whether two objects of a kind mean the same. */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { equal } from "../../../machinery/plain.ts";
import { equalBySchema } from "../../../machinery/schema/equal.ts";

export function sameObject({ form, schema }: Kind, a: KubeObject | undefined, b: KubeObject | undefined): boolean {
  return form ? equal(a, b) : equalBySchema(schema, a, b);
}
