/** RuntimeClasses: how a node's runtime shall run a pod. */

import { isDNS1123Label } from "../../machinery/names.ts";
import { duplicate, type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { tolerationErrors } from "../core/pod/validate/tolerations.ts";
import { containerResourceName } from "../core/resources/names.ts";
import { requirementErrors } from "../core/resources/requirements.ts";
import { kind } from "../declare.ts";
import { complain, IMMUTABLE, labels } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { roundToMilli } from "../meta/resource-list.ts";
import type { Toleration } from "../tables/core-v1.ts";
import type { RuntimeClass as RuntimeClassType, Scheduling } from "../tables/node-v1.ts";

const NO_CLAIMS: ReadonlySet<string> = new Set();

export const RuntimeClass = kind<RuntimeClassType>("node.k8s.io/v1", "runtimeclasses", {
  defaults({ overhead }) {
    roundToMilli(overhead?.podFixed);
  },
  validate: ({ handler, overhead, scheduling }) => [
    ...(handler ? complain("handler", handler, isDNS1123Label(handler)) : [required("handler", "")]),
    ...(overhead ? requirementErrors("overhead", { limits: overhead.podFixed ?? {} }, containerResourceName, NO_CLAIMS) : []),
    ...(scheduling ? schedulingErrors(scheduling) : []),
  ],
  validateUpdate: (next, last) => (next.handler === last.handler ? [] : [invalid("handler", null, IMMUTABLE)]), // The message has no value there.
  createOnUpdate: true,
  conditionalUpdateOnly: true,
  columns: [nameColumn, column("Handler", "string", "What the runtime calls it.", ({ handler }) => handler ?? ""), ageColumn],
});

function schedulingErrors({ nodeSelector, tolerations = [] }: Scheduling): FieldError[] {
  const keyOf = ({ key, operator, value, effect }: Toleration) => JSON.stringify([key, operator, value, effect]);
  const seen = new Set<string>();
  const twice = tolerations.flatMap((toleration, i) => {
    const key = keyOf(toleration);
    if (seen.has(key)) return [duplicate(`scheduling.tolerations[${i}]`, toleration)];
    seen.add(key);
    return [];
  });
  return [...labels("scheduling.nodeSelector", nodeSelector), ...tolerationErrors("scheduling.tolerations", tolerations), ...twice];
}
