/** DELETE of a collection: every object of a selection, each by itself; answers with what it found. */

import { StatusError } from "../../machinery/status/status-error.ts";
import type { CachedObject } from "../cache/watch-cache.ts";
import type { Call } from "../call.ts";
import { deleteOne, warnOfOrphans } from "./delete.ts";
import { deleteOptions } from "./delete-options.ts";
import { kindOf } from "./kind-of.ts";
import { listAnswer } from "./list.ts";
import { listOptions } from "./list-options.ts";

/** Deletions under way at once: enough to share the store's commits. */
const AT_ONCE = 16;

export async function deleteCollection(call: Call): Promise<void> {
  const kind = kindOf(call);
  const options = listOptions(call, kind, false);
  const how = await deleteOptions(call);
  const found = await listAnswer(call, kind, options);
  if (found.objects.length > 0) warnOfOrphans(call, kind, how);
  const queue = found.objects.values();
  const work = async (): Promise<void> => {
    for (const object of queue) await deleteFound(object);
  };
  const deleteFound = async ({ namespace, name }: CachedObject): Promise<void> => {
    try {
      await deleteOne(call, kind, namespace, name, how);
    } catch (error) {
      if (!(error instanceof StatusError) || error.status.code !== 404) throw error;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  call.context.respond.list(call, kind, found);
}
