/** What is wrong with a write, by the object alone and the one before it: metadata, then what the kind declares. The same here and in another thread. */

import type { Kind, KubeObject, SubresourceRules, ValidationContext } from "../../api/kind.ts";
import type { FieldError } from "../../machinery/status/field-error.ts";
import { bareNameErrors, barePrefixErrors, createErrors, updateErrors } from "./metadata.ts";

export interface Subject {
  readonly kind: Kind;
  /** "" for the object itself. */
  readonly subresource: string;
  readonly rules: SubresourceRules<KubeObject> | undefined;
  readonly next: KubeObject;
  readonly last: KubeObject | undefined;
  readonly context: ValidationContext;
}

export interface Verdict {
  readonly errors: readonly FieldError[];
  /** Of an object without errors. */
  readonly warnings: readonly string[];
}

/** @throws ImpatientError where the context's patience ends before the validation does */
export function verdictOn(subject: Subject): Verdict {
  const errors = subject.last ? changeErrors(subject, subject.last) : newErrors(subject);
  return { errors, warnings: errors.length > 0 ? [] : (warningsOf(subject) ?? []) };
}

function warningsOf({ kind, subresource, rules, next, last }: Subject): readonly string[] | undefined {
  return subresource === "" ? kind.rules.warnings?.(next, last) : last && rules?.warnings?.(next, last);
}

function newErrors({ kind, next, context }: Subject): readonly FieldError[] {
  const metadata = createErrors(kind, next.metadata);
  const own = [...(kind.rules.validate?.(next, context) ?? []), ...(kind.rules.validateCreate?.(next, context) ?? [])];
  if (own.length === 0) return metadata.length > 0 ? metadata : [...bareNameErrors(next.metadata), ...barePrefixErrors(next.metadata)];
  return kind.rules.metadataLast ? own : [...metadata, ...own];
}

function changeErrors({ kind, subresource, rules, next, context }: Subject, last: KubeObject): readonly FieldError[] {
  const errors = updateErrors(kind, next.metadata, last.metadata);
  if (subresource !== "") return [...errors, ...(rules?.validateUpdate?.(next, last, context) ?? [])];
  return [...errors, ...(kind.rules.validate?.(next, context) ?? []), ...(kind.rules.validateUpdate?.(next, last, context) ?? [])];
}
