/** The checks that decide with the object alone (and the one before it); those that take long are made in another thread. */

import type { KubeObject } from "../../../api/kind.ts";
import { ImpatientError, Patience } from "../../../machinery/patience.ts";
import type { FieldError } from "../../../machinery/status/field-error.ts";
import { invalidObject } from "../../../machinery/status/status-error.ts";
import { isDeclared } from "../../registry/metadata.ts";
import { type Subject, type Verdict, verdictOn } from "../../registry/verdict.ts";
import type { Write } from "./write.ts";

/** For so long the rules of users may hold the event loop; most take less than a hundredth of it. */
const PATIENCE_MS = 15;

export function validate(write: Write): void | Promise<void> {
  const { kind, next, call } = write;
  const subject = subjectOf(write);
  if (!kind.rules.takesLong?.(next)) {
    try {
      return settle(write, verdictOn(subject));
    } catch (error) {
      if (!(error instanceof ImpatientError)) throw error;
    }
  }
  return call.context.aside.verdictOn(subject).then((verdict) => settle(write, verdict));
}

function subjectOf({ call, kind, subresource, rules, next, last, namespace, sameSpec }: Write): Subject {
  const { clock, reader } = call.context;
  const context = {
    now: clock.now(),
    sameSpec,
    ...(kind.form && { patience: new Patience(PATIENCE_MS) }),
    namespaceLabels: () => reader.get<KubeObject>("", "namespaces", "", namespace)?.metadata.labels,
  };
  return { kind, subresource, rules, next, last, context };
}

/** Of what is declared and what is in code Kubernetes gathers what both find, and by the way drops what is said twice. [apiserver pkg/registry/rest/validate.go] */
function onceEach(errors: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(errors.map((error) => [`${error.field}: ${error.message}`, error])).values()];
}

function settle({ call, kind, name, next, last }: Write, { errors, warnings }: Verdict): void {
  if (errors.length > 0)
    throw invalidObject(
      { group: kind.rules.storedAs?.group ?? kind.group, kind: kind.name },
      next.metadata.name ?? name,
      isDeclared(kind) || (kind.form && !last) ? onceEach(errors) : errors,
    );
  call.warnings.push(...warnings);
}
