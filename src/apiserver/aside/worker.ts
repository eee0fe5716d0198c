/** The thread that does what would hold the server's event loop. */

import assert from "node:assert/strict";
import { kinds } from "../../api/index.ts";
import type { Kind } from "../../api/kind.ts";
import { answerJobs } from "../../machinery/answer-jobs.ts";
import type { AuthorizationCheck } from "../../machinery/cel/functions/authorizer.ts";
import { evaluateHere } from "../../security/admission/policies/elsewhere.ts";
import { definedKind } from "../custom/defined-kind.ts";
import { DefinitionText } from "../custom/definition-text.ts";
import { type Verdict, verdictOn } from "../registry/verdict.ts";
import { type Answer, type Job, type KindSource, unpack, type ValidationJob } from "./job.ts";

/** Kinds of definitions with their compiled schemas and rules: few are needed at a time. */
const DEFINED_MAX = 8;
const defined = new Map<string, Kind>();

function kindAt({ group, version, resource, definition }: KindSource): Kind {
  if (!definition) {
    const found = kinds.find((one) => one.group === group && one.version === version && one.resource === resource);
    assert.ok(found, `no kind ${group}/${version} ${resource}`);
    return found;
  }
  const key = `${definition.id} ${version}`;
  const known = defined.get(key);
  if (known) return known;
  const made = definedKind(new DefinitionText(definition.id, definition.json), version);
  if (defined.size >= DEFINED_MAX) defined.delete(defined.keys().next().value ?? "");
  defined.set(key, made);
  return made;
}

function validation({ kind: source, subresource, next, last, now, sameSpec, namespaceLabels }: ValidationJob): Verdict {
  const kind = kindAt(source);
  return verdictOn({
    kind,
    subresource,
    rules: kind.rules.subresources?.[subresource],
    next: unpack(kind, next),
    last: last && unpack(kind, last),
    context: { now, sameSpec, namespaceLabels: () => namespaceLabels },
  });
}

void answerJobs<Job, Answer, AuthorizationCheck>(async (job, ask) =>
  "validation" in job ? { verdict: validation(job.validation) } : { evaluated: await evaluateHere(job.expression, ask) },
);
