/** Owner references that stand there twice are merged, with a warning. */

import type { KubeObject } from "../../../api/kind.ts";
import { equal } from "../../../machinery/plain.ts";

export function mergeOwnerReferences({ metadata }: KubeObject, warn: (message: string) => void, admitted: boolean): void {
  const references = metadata.ownerReferences;
  if (!references || references.length < 2) return;
  const kept: typeof references = [];
  const repeated: string[] = [];
  for (const reference of references) {
    if (kept.some((one) => equal(one, reference))) repeated.push(reference.uid);
    else kept.push(reference);
  }
  if (repeated.length === 0) return;
  metadata.ownerReferences = kept;
  const when = admitted ? " after mutating admission happens" : "";
  warn(
    `.metadata.ownerReferences contains duplicate entries${when}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${repeated.join(", ")}`,
  );
}
