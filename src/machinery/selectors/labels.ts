/** Label selectors: from a query or from a LabelSelector object to a matcher (k8s.io/apimachinery pkg/labels). */

import { parseRequirements } from "./parse-labels.ts";
import { type Labels, type Operator, type Requirement, requirement, satisfies, written } from "./requirement.ts";

const NO_LABELS: Labels = Object.freeze(Object.create(null));

/** An object that selects by labels, as it stands in specs. */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

export class LabelSelector {
  /** By key. */
  readonly requirements: readonly Requirement[];
  readonly #nothing: boolean;

  constructor(requirements: readonly Requirement[], nothing = false) {
    this.requirements = requirements;
    this.#nothing = nothing;
  }

  /** Whether every object matches. */
  get isEverything(): boolean {
    return this.requirements.length === 0 && !this.#nothing;
  }
  get isNothing(): boolean {
    return this.#nothing;
  }

  matches(labels: Labels | undefined): boolean {
    if (this.#nothing) return false;
    for (const one of this.requirements) if (!satisfies(one, labels ?? NO_LABELS)) return false;
    return true;
  }

  /** @returns the one value that the label must have, where the selector says so: what an index can look up */
  exact(key: string): string | undefined {
    const first = this.requirements.find((one) => one.key === key);
    return first && (first.operator === "=" || first.operator === "==" || first.operator === "in") && first.values.length === 1 ? first.values[0] : undefined;
  }

  /** @returns the canonical query string */
  toString(): string {
    return this.requirements.map(written).join(",");
  }
}

export const everything: LabelSelector = new LabelSelector([]);
export const nothing: LabelSelector = new LabelSelector([], true);

/** @throws Error in Kubernetes' words, which are the whole message of the 400 that answers it */
export function parseLabelSelector(query: string): LabelSelector {
  const requirements = parseRequirements(query);
  return requirements.length === 0 ? everything : new LabelSelector(sorted(requirements));
}

/** Selects objects that have all these labels; everything, for none. Isn't validated. */
export function labelsSelector(labels: Labels | undefined): LabelSelector {
  const requirements = Object.entries(labels ?? {}).map(([key, value]): Requirement => ({ key, operator: "=", values: [value] }));
  return requirements.length === 0 ? everything : new LabelSelector(sorted(requirements));
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "!"],
]);

/**
 * @param object absent: selects nothing; empty: everything
 * @throws Error for operators, keys and values that validation should have refused
 */
export function labelSelector(object: LabelSelectorObject | undefined): LabelSelector {
  if (object === undefined) return nothing;
  const requirements = Object.entries(object.matchLabels ?? {}).map(([key, value]) => requirement(key, "=", [value]));
  for (const { key, operator, values } of object.matchExpressions ?? []) {
    const known = OPERATORS.get(operator);
    if (known === undefined) throw new Error(`${JSON.stringify(operator)} is not a valid label selector operator`);
    requirements.push(requirement(key, known, values ?? []));
  }
  return requirements.length === 0 ? everything : new LabelSelector(sorted(requirements));
}

function sorted(requirements: Requirement[]): Requirement[] {
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
