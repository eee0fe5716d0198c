/** Whether a request is of a flow schema (k8s.io/apiserver, pkg/util/flowcontrol/rule.go). Decides from values alone. */

import type { NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule, Subject } from "../../api/tables/flowcontrol-v1.ts";
import type { Attributes } from "../../security/attributes.ts";
import type { User } from "../../security/user.ts";

const ALL = "*";
const ACCOUNT = "system:serviceaccount:";

export function isSubject(user: User, subjects: readonly Subject[] = []): boolean {
  return subjects.some((subject) => matchesSubject(user, subject));
}

function matchesSubject({ name, groups }: User, { kind, user, group, serviceAccount }: Subject): boolean {
  switch (kind) {
    case "User":
      return user !== undefined && (user.name === ALL || user.name === name);
    case "Group":
      return group !== undefined && (group.name === ALL || groups.includes(group.name));
    case "ServiceAccount": {
      if (!serviceAccount) return false;
      const prefix = `${ACCOUNT}${serviceAccount.namespace}:`;
      return name.startsWith(prefix) && (serviceAccount.name === ALL || name === prefix + serviceAccount.name);
    }
    default:
      return false;
  }
}

/** @returns whether the rule, whose subjects were looked at, speaks of such requests */
export function matchesRule({ resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects, attributes: Attributes): boolean {
  return attributes.isResource
    ? resourceRules.some((rule) => matchesResource(rule, attributes))
    : nonResourceRules.some((rule) => matchesPath(rule, attributes));
}

/** @returns whether the rule speaks of all requests there are: then nobody need look closer */
export function matchesEverything({ resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects): boolean {
  const every = (list: readonly string[] | undefined): boolean => list?.length === 1 && list[0] === ALL;
  return (
    resourceRules.some((rule) => every(rule.verbs) && every(rule.apiGroups) && every(rule.resources) && every(rule.namespaces) && rule.clusterScope === true) &&
    nonResourceRules.some((rule) => every(rule.verbs) && every(rule.nonResourceURLs))
  );
}

function matchesResource(rule: ResourcePolicyRule, { verb, group, resource, subresource, namespace }: Attributes): boolean {
  if (!has(rule.verbs, verb) || !has(rule.apiGroups, group)) return false;
  if (!has(rule.resources, subresource ? `${resource}/${subresource}` : resource)) return false;
  return namespace === "" ? rule.clusterScope === true : has(rule.namespaces, namespace);
}

function matchesPath({ verbs, nonResourceURLs = [] }: NonResourcePolicyRule, { verb, path }: Attributes): boolean {
  if (!has(verbs, verb)) return false;
  return nonResourceURLs.some((url) => {
    if (url === ALL || url === path) return true;
    const prefix = url.endsWith(ALL) ? url.slice(0, -1) : url;
    return path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
  });
}

function has(list: readonly string[] = [], value: string): boolean {
  return (list.length === 1 && list[0] === ALL) || list.includes(value);
}
