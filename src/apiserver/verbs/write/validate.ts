/** The checks that decide with the object alone (and the one before it): metadata, then what the kind declares. */

import type { KubeObject } from "../../../api/kind.ts";
import type { FieldError } from "../../../machinery/status/field-error.ts";
import { invalidObject } from "../../../machinery/status/status-error.ts";
import { createErrors, updateErrors } from "../../registry/metadata.ts";
import type { Write } from "./write.ts";

export function validate(write: Write): void {
  const { call, kind, name, next, last, rules, subresource } = write;
  const errors = last ? changeErrors(write) : newErrors(write);
  if (errors.length > 0) throw invalidObject({ group: kind.rules.storedAs?.group ?? kind.group, kind: kind.name }, next.metadata.name ?? name, errors);
  const warnings = subresource === "" ? kind.rules.warnings?.(next, last) : last && rules?.warnings?.(next, last);
  if (warnings) call.warnings.push(...warnings);
}

function newErrors({ call, kind, next, namespace }: Write): readonly FieldError[] {
  const metadata = createErrors(kind, next.metadata);
  const context = {
    now: call.context.clock.now(),
    namespaceLabels: () => call.context.reader.get<KubeObject>("", "namespaces", "", namespace)?.metadata.labels,
  };
  const own = [...(kind.rules.validate?.(next, context) ?? []), ...(kind.rules.validateCreate?.(next, context) ?? [])];
  if (own.length === 0) return metadata;
  return kind.rules.metadataLast ? own : [...metadata, ...own];
}

function changeErrors({ call, kind, next, last, rules, subresource, sameSpec }: Write): readonly FieldError[] {
  const context = { now: call.context.clock.now(), sameSpec };
  const errors = updateErrors(kind, next.metadata, last!.metadata);
  if (subresource !== "") return [...errors, ...(rules?.validateUpdate?.(next, last!, context) ?? [])];
  return [...errors, ...(kind.rules.validate?.(next, context) ?? []), ...(kind.rules.validateUpdate?.(next, last!, context) ?? [])];
}
