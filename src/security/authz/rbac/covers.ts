/** Whether some rules grant at least what others grant: the test for giving away only what one has. */

import type { PolicyRule } from "../../../api/tables/rbac-v1.ts";

const has = (set: readonly string[] | undefined, value: string) => set !== undefined && (set.includes(value) || set.includes("*"));

/** Splits a rule into rules of one verb, one group, one resource and at most one name, or one verb and one path. */
function singles(rule: PolicyRule): PolicyRule[] {
  const found: PolicyRule[] = [];
  for (const verb of rule.verbs ?? []) {
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const single = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (rule.resourceNames?.length) for (const name of rule.resourceNames) found.push({ ...single, resourceNames: [name] });
        else found.push(single);
      }
    }
    for (const path of rule.nonResourceURLs ?? []) found.push({ verbs: [verb], nonResourceURLs: [path] });
  }
  return found;
}

function coversResource(owned: readonly string[] | undefined, resource: string): boolean {
  if (has(owned, resource)) return true;
  const slash = resource.indexOf("/");
  return slash > 0 && owned !== undefined && owned.includes(`*${resource.slice(slash)}`);
}

/** A rule's own pattern covers the pattern: `/api*` covers `/apis/*`. */
const coversPath = (owned: string, path: string) => owned === path || (owned.endsWith("*") && path.startsWith(owned.replace(/\*+$/, "")));

function coversSingle(owned: PolicyRule, single: PolicyRule): boolean {
  if (!has(owned.verbs, single.verbs![0]!)) return false;
  const path = single.nonResourceURLs?.[0];
  if (path !== undefined) return (owned.nonResourceURLs ?? []).some((pattern) => coversPath(pattern, path));
  const name = single.resourceNames?.[0];
  if (owned.resourceNames?.length && (name === undefined || !owned.resourceNames.includes(name))) return false;
  return has(owned.apiGroups, single.apiGroups![0]!) && coversResource(owned.resources, single.resources![0]!);
}

/** @returns those parts of `wanted` that `owned` doesn't grant; none when it grants all */
export function missingRules(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(singles).filter((single) => !owned.some((rule) => coversSingle(rule, single)));
}

/** Joins rules that differ only in the verb, for a message that can be read. */
export function joinVerbs(rules: readonly PolicyRule[]): PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs]);
    const known = joined.get(key);
    if (known) known.verbs = [...(known.verbs ?? []), ...(rule.verbs ?? [])];
    else joined.set(key, { ...rule });
  }
  return [...joined.values()];
}

const list = (values: readonly string[]) => `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;

/** @returns the rule as Kubernetes writes it in a refusal: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}` */
export function ruleText(rule: PolicyRule): string {
  const parts = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ] as const;
  return `{${parts.flatMap(([name, values]) => (values?.length ? [`${name}:${list(values)}`] : [])).join(", ")}}`;
}

/** @returns a group list in the same notation */
export const groupsText = list;
