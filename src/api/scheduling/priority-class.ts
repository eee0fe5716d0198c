/** PriorityClasses: which pods go first, by a name. */

import { type FieldError, forbiddenField } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { immutable, oneOf } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type { PriorityClass as PriorityClassType } from "../tables/scheduling-v1.ts";

const SYSTEM_PREFIX = "system-";
const USER_VALUE_MAX = 1_000_000_000;
/** The two that every cluster has. */
const SYSTEM_VALUES: ReadonlyMap<string, number> = new Map([
  ["system-cluster-critical", 2_000_000_000],
  ["system-node-critical", 2_000_001_000],
]);

export const PriorityClass = kind<PriorityClassType>("scheduling.k8s.io/v1", "priorityclasses", {
  defaults(priority) {
    priority.preemptionPolicy ??= "PreemptLowerPriority";
  },
  prepareCreate({ metadata }) {
    metadata.generation = 1;
  },
  validateCreate: (priority) => [...valueErrors(priority), ...oneOf("preemptionPolicy", priority.preemptionPolicy, ["PreemptLowerPriority", "Never"])],
  validateUpdate: (next, last) => [
    ...((next.value ?? 0) === (last.value ?? 0) ? [] : [forbiddenField("value", "may not be changed in an update.")]),
    ...immutable("preemptionPolicy", next.preemptionPolicy, last.preemptionPolicy),
  ],
  columns: [
    nameColumn,
    column("Value", "integer", "The priority of its pods.", ({ value }) => value ?? 0),
    column("Global-Default", "boolean", "Whether pods without a class have this one.", ({ globalDefault }) => globalDefault ?? false),
    ageColumn,
    column("PreemptionPolicy", "string", "Whether its pods may push others out.", ({ preemptionPolicy }) => preemptionPolicy ?? ""),
  ],
});

function valueErrors({ metadata: { name = "" }, value = 0, globalDefault = false }: PriorityClassType): FieldError[] {
  if (!name.startsWith(SYSTEM_PREFIX)) {
    return value > USER_VALUE_MAX ? [forbiddenField("value", `maximum allowed value of a user defined priority is ${USER_VALUE_MAX}`)] : [];
  }
  const problem = systemProblem(name, value, globalDefault);
  return problem
    ? [forbiddenField("metadata.name", `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${problem}`)]
    : [];
}

function systemProblem(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = SYSTEM_VALUES.get(name);
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
