/** What a policy rule allows, and a role's rules laid out so that a request looks at the few that name its resource. */

import type { PolicyRule } from "../../../api/tables/rbac-v1.ts";
import type { Attributes } from "../../attributes.ts";

interface ResourceRule {
  readonly verbs: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** Undefined: any name, or none. */
  readonly names: ReadonlySet<string> | undefined;
}

interface PathRule {
  readonly verbs: ReadonlySet<string>;
  readonly paths: readonly string[];
}

const allows = (set: ReadonlySet<string>, value: string) => set.has(value) || set.has("*");

function pathMatches(pattern: string, path: string): boolean {
  if (pattern === "*" || pattern === path) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.replace(/\*+$/, ""));
}

/** The rules of one role, compiled once and asked often. */
export class RuleSet {
  readonly rules: readonly PolicyRule[];
  /** By the resource as it is written: `pods`, `pods/log`, `*`, and `*` + `/scale` for that subresource of anything. */
  readonly #byResource = new Map<string, ResourceRule[]>();
  readonly #paths: PathRule[] = [];

  constructor(rules: readonly PolicyRule[]) {
    this.rules = rules;
    for (const rule of rules) {
      const verbs = new Set(rule.verbs);
      const names = rule.resourceNames?.length ? new Set(rule.resourceNames) : undefined;
      const compiled: ResourceRule = { verbs, groups: new Set(rule.apiGroups), names };
      for (const resource of new Set(rule.resources)) this.#byResource.getOrInsertComputed(resource, () => []).push(compiled);
      if (rule.nonResourceURLs?.length) this.#paths.push({ verbs, paths: rule.nonResourceURLs });
    }
  }

  /** @returns whether a rule allows the request */
  allows(asked: Attributes): boolean {
    if (!asked.isResource) return this.#paths.some((rule) => allows(rule.verbs, asked.verb) && rule.paths.some((pattern) => pathMatches(pattern, asked.path)));
    if (!asked.subresource) return this.#allowsAs(asked.resource, asked) || this.#allowsAs("*", asked);
    return this.#allowsAs(`${asked.resource}/${asked.subresource}`, asked) || this.#allowsAs("*", asked) || this.#allowsAs(`*/${asked.subresource}`, asked);
  }

  #allowsAs(resource: string, asked: Attributes): boolean {
    const rules = this.#byResource.get(resource);
    if (!rules) return false;
    for (const rule of rules) {
      if (allows(rule.verbs, asked.verb) && allows(rule.groups, asked.group) && (!rule.names || rule.names.has(asked.name))) return true;
    }
    return false;
  }
}
