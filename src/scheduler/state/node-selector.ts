/** Node selectors: `nodeSelector` and node affinity as one question to a node. */

import type { NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from "../../api/tables/core-v1.ts";

export type NodeMatcher = (node: { readonly name: string; readonly labels: Readonly<Record<string, string>> }) => boolean;

/** @returns what a pod requires of its node; undefined where it requires nothing */
export function nodeMatcher(spec: PodSpec): NodeMatcher | undefined {
  const labels = Object.entries(spec.nodeSelector ?? {});
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (labels.length === 0 && terms === undefined) return undefined;
  const anyOf = terms?.map(termMatcher);
  return (node) => labels.every(([key, value]) => node.labels[key] === value) && (anyOf === undefined || anyOf.some((matches) => matches(node)));
}

/** An empty preference matches every node: it says nothing. */
export function preferredMatcher(term: NodeSelectorTerm): NodeMatcher {
  return isEmpty(term) ? () => true : termMatcher(term);
}

function isEmpty(term: NodeSelectorTerm): boolean {
  return !term.matchExpressions?.length && !term.matchFields?.length;
}

/** All of a term's requirements; an empty one matches nothing. */
function termMatcher(term: NodeSelectorTerm): NodeMatcher {
  if (isEmpty(term)) return () => false;
  const expressions = (term.matchExpressions ?? []).map((requirement) => [requirement.key, test(requirement)] as const);
  const fields = (term.matchFields ?? []).map(test); // metadata.name is the only field there is.
  return (node) =>
    expressions.every(([key, matches]) => matches(Object.hasOwn(node.labels, key) ? node.labels[key] : undefined)) &&
    fields.every((matches) => matches(node.name));
}

function test({ operator, values = [] }: NodeSelectorRequirement): (value: string | undefined) => boolean {
  const set = new Set(values);
  switch (operator) {
    case "In":
      return (value) => value !== undefined && set.has(value);
    case "NotIn":
      return (value) => value === undefined || !set.has(value);
    case "Exists":
      return (value) => value !== undefined;
    case "DoesNotExist":
      return (value) => value === undefined;
    case "Gt":
      return (value) => value !== undefined && /^-?\d+$/.test(value) && BigInt(value) > BigInt(values[0] ?? 0);
    case "Lt":
      return (value) => value !== undefined && /^-?\d+$/.test(value) && BigInt(value) < BigInt(values[0] ?? 0);
    default:
      return () => false;
  }
}
