/** Which writes a webhook or a policy is about. [Kubernetes pkg/apis/admissionregistration/validation/validation.go] */

import { isPathSegmentName } from "../../machinery/names.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { complain, optionalOneOf } from "../meta/checks.ts";
import type { NamedRuleWithOperations, RuleWithOperations } from "../tables/admissionregistration-v1.ts";

const ALL = "*";
const OPERATIONS: readonly string[] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

/** A rule of a policy, which may name objects too. */
export function namedRuleErrors(at: string, rule: NamedRuleWithOperations): FieldError[] {
  const names = rule.resourceNames ?? [];
  const errors = names.flatMap((name, i) => [
    ...complain(`${at}.resourceNames[${i}]`, name, isPathSegmentName(name)),
    ...(names.indexOf(name) < i ? [duplicate(`${at}.resourceNames[${i}]`, name)] : []),
  ]);
  return [...errors, ...ruleErrors(at, rule)];
}

export function ruleErrors(at: string, rule: RuleWithOperations): FieldError[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  return [
    ...someErrors(`${at}.operations`, operations, "operations"),
    ...operations.flatMap((operation, i) => (OPERATIONS.includes(operation) ? [] : [notSupported(`${at}.operations[${i}]`, operation, OPERATIONS)])),
    ...someErrors(`${at}.apiGroups`, apiGroups, "API groups"),
    ...someErrors(`${at}.apiVersions`, apiVersions, "API versions"),
    ...apiVersions.flatMap((version, i) => (version ? [] : [required(`${at}.apiVersions[${i}]`, "")])),
    ...resourceErrors(`${at}.resources`, resources),
    ...optionalOneOf(`${at}.scope`, scope, ["*", "Cluster", "Namespaced"]),
  ];
}

/** One at least, and a wildcard alone. */
function someErrors(field: string, list: readonly string[], word: string): FieldError[] {
  if (list.length === 0) return [required(field, "")];
  return list.length > 1 && list.includes(ALL) ? [invalid(field, list, `if '*' is present, must not specify other ${word}`)] : [];
}

/** Resources and subresources: `pods`, `pods/status`, all of a resource, of a subresource, of both. */
function resourceErrors(field: string, resources: readonly string[]): FieldError[] {
  if (resources.length === 0) return [required(field, "")];
  const errors: FieldError[] = [];
  const wholeResources = new Set<string>();
  const wholeSubresources = new Set<string>();
  for (const [i, text] of resources.entries()) {
    if (text === "") errors.push(required(`${field}[${i}]`, ""));
    const slash = text.indexOf("/");
    if (slash < 0) continue;
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)];
    if (wholeResources.has(resource)) errors.push(invalid(`${field}[${i}]`, text, `if '${resource}/*' is present, must not specify ${text}`));
    if (wholeSubresources.has(subresource)) errors.push(invalid(`${field}[${i}]`, text, `if '*/${subresource}' is present, must not specify ${text}`));
    if (subresource === ALL) wholeResources.add(resource);
    if (resource === ALL) wholeSubresources.add(subresource);
  }
  if (resources.length > 1 && resources.includes("*/*")) errors.push(invalid(field, resources, "if '*/*' is present, must not specify other resources"));
  const plain = resources.filter((text) => text !== "" && !text.includes("/"));
  if (plain.includes(ALL) && plain.at(-1) !== ALL) {
    errors.push(invalid(field, resources, "if '*' is present, must not specify other resources without subresources"));
  }
  return errors;
}
