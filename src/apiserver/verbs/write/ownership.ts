/** Records who owns which fields: computed after defaulting and before admission, so that what the server adds has no owner. */

import type { Metadata } from "../../../api/kind.ts";
import { managedUpdate } from "../../../machinery/apply/update.ts";
import { timestamp } from "../../../machinery/clock.ts";
import type { Plain } from "../../../machinery/plain.ts";
import type { Write } from "./write.ts";

export function recordOwnership({ call, kind, subresource, rules, options, last, next, ownershipSettled }: Write): void {
  if (ownershipSettled) return;
  const resetFields = subresource === "" ? mainResetFields(kind.rules.subresources) : rules?.resetFields;
  const entries = managedUpdate({
    schema: kind.schema,
    live: last as unknown as Plain | undefined, // Ownership walks members by the schema's names.
    next: next as unknown as Plain,
    manager: options.manager,
    subresource,
    apiVersion: kind.apiVersion,
    time: timestamp(call.context.clock.now()),
    ...(resetFields && { resetFields }),
  });
  if (entries && entries.length > 0) next.metadata.managedFields = entries as NonNullable<Metadata["managedFields"]>;
  else delete next.metadata.managedFields;
}

const STATUS: readonly string[] = ["status"];

/** The object's own endpoint doesn't own the status where that has an endpoint. */
function mainResetFields(subresources: Readonly<Record<string, unknown>> | undefined): readonly string[] | undefined {
  return subresources?.status ? STATUS : undefined;
}
