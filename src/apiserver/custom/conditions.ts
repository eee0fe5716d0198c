/**
 * What the server says of a CustomResourceDefinition: which names it got, whether it is served, whether its schema and group are in order
 * (k8s.io/apiextensions-apiserver pkg/controller/{status,establish,nonstructuralschema,apiapproval}). Pure: a definition and its neighbours in, its status out.
 */

import { approvalOf, isProtectedGroup } from "../../api/apiextensions/approval.ts";
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from "../../api/tables/apiextensions-v1.ts";
import { equal } from "../../machinery/plain.ts";
import type { SchemaProps } from "../../machinery/structural/schema-props.ts";
import { NotStructuralError, structuralOf } from "../../machinery/structural/structural.ts";
import { structuralErrors } from "../../machinery/structural/structural-errors.ts";

type Condition = Omit<CustomResourceDefinitionCondition, "lastTransitionTime">;

/**
 * @param others all definitions of the same group but this one
 * @param now as conditions show it
 * @returns the status that it should have; undefined where it has it
 */
export function settledStatus(
  definition: CustomResourceDefinition,
  others: readonly Pick<CustomResourceDefinition, "status">[],
  now: string,
): CustomResourceDefinitionStatus | undefined {
  const before = definition.status ?? { acceptedNames: NO_NAMES };
  const { names, accepted } = acceptedNames(definition, others);
  const conditions = new Conditions(before.conditions ?? [], now);
  if (accepted) conditions.set(accepted);
  const isAccepted = conditions.isTrue("NamesAccepted");
  if (!conditions.isTrue("Established")) {
    conditions.set(
      isAccepted
        ? { type: "Established", status: "True", reason: "InitialNamesAccepted", message: "the initial names have been accepted" }
        : { type: "Established", status: "False", reason: "NotAccepted", message: "not all names are accepted" },
    );
  }
  conditions.replace("NonStructuralSchema", nonStructural(definition));
  const approval = approvalCondition(definition);
  if (approval) conditions.set(approval);
  const after: CustomResourceDefinitionStatus = { ...before, acceptedNames: names, conditions: conditions.all };
  return equal(after, before) ? undefined : after;
}

const NO_NAMES: CustomResourceDefinitionNames = { plural: "", kind: "" };

/** Conditions in their order; a time changes only with a status. */
export class Conditions {
  readonly all: CustomResourceDefinitionCondition[];
  readonly #now: string;

  constructor(before: readonly CustomResourceDefinitionCondition[], now: string) {
    this.all = [...before];
    this.#now = now;
  }

  isTrue(type: string): boolean {
    return this.all.some((one) => one.type === type && one.status === "True");
  }

  set(next: Condition): void {
    const at = this.all.findIndex(({ type }) => type === next.type);
    const last = this.all[at];
    const lastTransitionTime = last?.status === next.status && last.lastTransitionTime ? last.lastTransitionTime : this.#now;
    const condition = { ...last, ...next, lastTransitionTime };
    if (last) this.all[at] = condition;
    else this.all.push(condition);
  }

  /** Sets the condition, or takes it away. */
  replace(type: string, next: Condition | undefined): void {
    const at = this.all.findIndex((one) => one.type === type);
    if (next) this.set(next);
    else if (at >= 0) this.all.splice(at, 1);
  }
}

/** Names that nobody else has; of those that somebody has, the ones that were accepted before stay. */
function acceptedNames(
  { spec, status }: CustomResourceDefinition,
  others: readonly Pick<CustomResourceDefinition, "status">[],
): { names: CustomResourceDefinitionNames; accepted?: Condition } {
  const asked = spec.names;
  const had = status?.acceptedNames ?? NO_NAMES;
  if (equal(asked, had)) return { names: had };
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const other of [...others.map((one) => one.status?.acceptedNames), had]) {
    for (const name of [other?.plural, other?.singular, ...(other?.shortNames ?? [])]) if (name) resources.add(name);
    for (const name of [other?.kind, other?.listKind]) if (name) kinds.add(name);
  }
  const names: CustomResourceDefinitionNames = { ...had };
  let conflict: { reason: string; message: string } | undefined;
  const settle = (member: "plural" | "singular" | "kind" | "listKind", taken: ReadonlySet<string>, reason: string): void => {
    const name = asked[member] ?? "";
    if (name !== (had[member] ?? "") && taken.has(name)) conflict = { reason, message: inUse(name) };
    else if (name) names[member] = name;
  };
  settle("plural", resources, "PluralConflict");
  settle("singular", resources, "SingularConflict");
  const taken = (asked.shortNames ?? []).filter((name) => !had.shortNames?.includes(name) && resources.has(name));
  if (taken.length > 0) {
    const said = taken.map(inUse);
    conflict = { reason: "ShortNamesConflict", message: said.length === 1 ? said[0]! : `[${said.join(", ")}]` };
  } else if (asked.shortNames) names.shortNames = asked.shortNames;
  else delete names.shortNames;
  settle("kind", kinds, "KindConflict");
  settle("listKind", kinds, "ListKindConflict");
  if (asked.categories) names.categories = asked.categories;
  else delete names.categories;
  const good = { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" };
  return { names, accepted: conflict ? { type: "NamesAccepted", status: "False", ...conflict } : good };
}

function inUse(name: string): string {
  return `${JSON.stringify(name)} is already in use`;
}

/** Old definitions may have schemas that say too little. */
function nonStructural({ spec }: CustomResourceDefinition): Condition | undefined {
  const type = "NonStructuralSchema";
  const found: string[] = spec.preserveUnknownFields ? ["spec.preserveUnknownFields: Invalid value: true: must be false"] : [];
  for (const [i, { name, schema }] of (spec.versions ?? []).entries()) {
    if (!schema?.openAPIV3Schema) continue;
    try {
      const errors = structuralErrors(`spec.versions[${i}].schema.openAPIV3Schema`, structuralOf(schema.openAPIV3Schema as SchemaProps));
      found.push(...errors.map(({ field, message }) => `${field}: ${message}`));
    } catch (error) {
      if (!(error instanceof NotStructuralError)) throw error;
      return { type, status: "Unknown", reason: "StructuralError", message: `failed to check validation schema for version ${name}: ${error.message}` };
    }
  }
  if (found.length === 0) return undefined;
  return { type, status: "True", reason: "Violations", message: found.length === 1 ? found[0]! : `[${found.join(", ")}]` };
}

const APPROVAL_STATES = {
  invalid: { status: "False", reason: "InvalidAnnotation" },
  missing: { status: "False", reason: "MissingAnnotation" },
  approved: { status: "True", reason: "ApprovedAnnotation" },
  bypassed: { status: "False", reason: "UnapprovedAnnotation" },
} as const;

function approvalCondition({ spec, metadata }: CustomResourceDefinition): Condition | undefined {
  if (!isProtectedGroup(spec.group)) return undefined;
  const { state, reason: message } = approvalOf(metadata.annotations);
  return { type: "KubernetesAPIApprovalPolicyConformant", ...APPROVAL_STATES[state], message };
}
