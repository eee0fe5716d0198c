/** Records who owns which fields: computed after defaulting and before admission, so that what the server adds has no owner. */

import type { Metadata } from "../../../api/kind.ts";
import { endpointFields } from "../../../api/meta/reset-fields.ts";
import { managedUpdate } from "../../../machinery/apply/update.ts";
import { timestamp } from "../../../machinery/clock.ts";
import type { Plain } from "../../../machinery/plain.ts";
import type { Write } from "./write.ts";

export function recordOwnership({ call, kind, subresource, rules, options, last, next, ownershipSettled }: Write): void {
  if (ownershipSettled) return;
  const entries = managedUpdate({
    schema: kind.schema,
    live: last as unknown as Plain | undefined, // Ownership walks members by the schema's names.
    next: next as unknown as Plain,
    manager: options.manager,
    subresource,
    apiVersion: kind.apiVersion,
    time: timestamp(call.context.clock.now()),
    fields: rules?.resetFields ? { resetFields: rules.resetFields } : endpointFields(kind.table, subresource),
  });
  if (entries && entries.length > 0) next.metadata.managedFields = entries as NonNullable<Metadata["managedFields"]>;
  else delete next.metadata.managedFields;
}
