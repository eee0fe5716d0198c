/** What is wrong with the rules of a flow schema. [Kubernetes pkg/apis/flowcontrol/validation/validation.go] */

import { isDNS1123Label, isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { complain } from "../meta/checks.ts";
import type { NonResourcePolicyRule, PolicyRulesWithSubjects, ResourcePolicyRule, ServiceAccountSubject, Subject } from "../tables/flowcontrol-v1.ts";

const VERBS: readonly string[] = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
const ALL = "*";
const NAMESPACE_FORM = "each member of this list must be '*' or a DNS-1123 label; ";

/** Which member a subject of each kind fills in. */
const MEMBERS = { Group: "group", ServiceAccount: "serviceAccount", User: "user" } as const;
type SubjectKind = keyof typeof MEMBERS;
const KINDS = Object.keys(MEMBERS) as SubjectKind[];

export function ruleErrors(at: string, { subjects = [], resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects): FieldError[] {
  return [
    ...(subjects.length === 0 ? [required(`${at}.subjects`, "subjects must contain at least one value")] : []),
    ...subjects.flatMap((subject, i) => subjectErrors(`${at}.subjects[${i}]`, subject)),
    ...(resourceRules.length + nonResourceRules.length === 0 ? [required(at, "at least one of resourceRules and nonResourceRules has to be non-empty")] : []),
    ...resourceRules.flatMap((rule, i) => resourceRuleErrors(`${at}.resourceRules[${i}]`, rule)),
    ...nonResourceRules.flatMap((rule, i) => pathRuleErrors(`${at}.nonResourceRules[${i}]`, rule)),
  ];
}

function subjectErrors(at: string, subject: Subject): FieldError[] {
  const of = KINDS.find((kind) => kind === subject.kind);
  if (!of) return [notSupported(`${at}.kind`, subject.kind ?? "", KINDS)];
  const member = MEMBERS[of];
  const others = (["ServiceAccount", "User", "Group"] as const).filter((kind) => kind !== of && subject[MEMBERS[kind]] !== undefined);
  return [
    ...namedErrors(`${at}.${member}`, of, subject),
    ...others.map((kind) => forbiddenField(`${at}.${MEMBERS[kind]}`, `${MEMBERS[kind]} is forbidden when subject kind is not '${kind}'`)),
  ];
}

function namedErrors(at: string, of: SubjectKind, { serviceAccount, user, group }: Subject): FieldError[] {
  const named = of === "ServiceAccount" ? serviceAccount : of === "User" ? user : group;
  if (!named) return [required(at, `${MEMBERS[of]} is required when subject kind is '${of}'`)];
  if (of === "ServiceAccount" && serviceAccount) return accountErrors(at, serviceAccount);
  return named.name ? [] : [required(`${at}.name`, "")];
}

function accountErrors(at: string, { name, namespace }: ServiceAccountSubject): FieldError[] {
  const nameErrors = !name ? [required(`${at}.name`, "")] : name === ALL ? [] : complain(`${at}.name`, name, isDNS1123Subdomain(name));
  if (!namespace) return [...nameErrors, required(`${at}.namespace`, "must specify namespace for service account")];
  return [...nameErrors, ...complain(`${at}.namespace`, namespace, isDNS1123Label(namespace))];
}

function verbErrors(at: string, verbs: readonly string[] = []): FieldError[] {
  const field = `${at}.verbs`;
  if (verbs.length === 0) return [required(field, "verbs must contain at least one value")];
  if (verbs.includes(ALL)) return aloneErrors(field, verbs, "verbs");
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(field, verbs, VERBS)];
}

/** A wildcard stands alone. */
function aloneErrors(field: string, list: readonly string[], word: string): FieldError[] {
  return list.length > 1 && list.includes(ALL) ? [invalid(field, list, `if '*' is present, must not specify other ${word}`)] : [];
}

function resourceRuleErrors(at: string, { verbs, apiGroups = [], resources = [], clusterScope = false, namespaces = [] }: ResourcePolicyRule): FieldError[] {
  const one = (name: string, list: readonly string[], singular: string, plural: string) =>
    list.length === 0 ? [required(`${at}.${name}`, `resource rules must supply at least one ${singular}`)] : aloneErrors(`${at}.${name}`, list, plural);
  return [
    ...verbErrors(at, verbs),
    ...one("apiGroups", apiGroups, "api group", "api groups"),
    ...one("resources", resources, "resource", "resources"),
    ...namespaceErrors(`${at}.namespaces`, namespaces, clusterScope),
  ];
}

function namespaceErrors(field: string, namespaces: readonly string[], clusterScope: boolean): FieldError[] {
  if (namespaces.length === 0 && !clusterScope) {
    return [required(field, "resource rules that are not cluster scoped must supply at least one namespace")];
  }
  if (namespaces.includes(ALL)) return aloneErrors(field, namespaces, "namespaces");
  return namespaces.flatMap((namespace, i) =>
    complain(
      `${field}[${i}]`,
      namespace,
      isDNS1123Label(namespace).map((complaint) => NAMESPACE_FORM + complaint),
    ),
  );
}

function pathRuleErrors(at: string, { verbs, nonResourceURLs: paths = [] }: NonResourcePolicyRule): FieldError[] {
  const field = `${at}.nonResourceURLs`;
  if (paths.length === 0) return [...verbErrors(at, verbs), required(field, "nonResourceURLs must contain at least one value")];
  if (paths.includes(ALL)) return [...verbErrors(at, verbs), ...aloneErrors(field, paths, "non-resource URLs")];
  return [
    ...verbErrors(at, verbs),
    ...paths.flatMap((path, i) => {
      const problem = pathProblem(path);
      return problem ? [invalid(`${field}[${i}]`, path, problem)] : [];
    }),
  ];
}

function pathProblem(path: string): string | undefined {
  if (path === "") return "must not be empty";
  if (!path.startsWith("/")) return "must start with slash";
  if (path.includes(" ")) return "must not contain white-space";
  if (path.includes("//")) return "must not contain double slash";
  const stars = path.split(ALL).length - 1;
  return stars > 1 || (stars === 1 && !path.endsWith("/*")) ? "wildcard can only do suffix matching" : undefined;
}
