/** RoleBindings and ClusterRoleBindings: who may do what a role says. [Kubernetes pkg/apis/rbac/validation/validation.go] */

import { isDNS1123Subdomain, isPathSegmentName } from "../../machinery/names.ts";
import { type FieldError, notSupported, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import type { KindRules } from "../kind.ts";
import { complain } from "../meta/checks.ts";
import { ageColumn, column, nameColumn, wide } from "../meta/columns.ts";
import { immutableStruct } from "../meta/semantic.ts";
import type { ClusterRoleBinding as ClusterRoleBindingType, RoleBinding as RoleBindingType, Subject } from "../tables/rbac-v1.ts";

const GROUP = "rbac.authorization.k8s.io";

const rules: KindRules<RoleBindingType> = {
  defaults({ roleRef, subjects }) {
    roleRef.apiGroup ||= GROUP;
    for (const subject of subjects ?? []) if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ||= GROUP;
  },
  validateUpdate: (next, last) => immutableStruct("roleRef", "rbac.v1.RoleRef", next.roleRef, last.roleRef),
  validateName: isPathSegmentName,
  createOnUpdate: true,
  columns: [
    nameColumn,
    column("Role", "string", "What the subjects may do.", ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
    ageColumn,
    wide("Users", "The users who may.", (binding) => subjectsCell(binding, "User")),
    wide("Groups", "The groups whose users may.", (binding) => subjectsCell(binding, "Group")),
    wide("ServiceAccounts", "The service accounts that may.", (binding) => subjectsCell(binding, "ServiceAccount")),
  ],
};

export const RoleBinding = kind<RoleBindingType>(`${GROUP}/v1`, "rolebindings", {
  ...rules,
  validate: (binding) => bindingErrors(binding, ["Role", "ClusterRole"], true),
});

export const ClusterRoleBinding = kind<ClusterRoleBindingType>(`${GROUP}/v1`, "clusterrolebindings", {
  ...rules,
  validate: (binding) => bindingErrors(binding, ["ClusterRole"], false),
});

function bindingErrors({ roleRef, subjects = [] }: RoleBindingType, kinds: readonly string[], namespaced: boolean): FieldError[] {
  const { apiGroup = "", kind: of = "", name = "" } = roleRef;
  return [
    ...(apiGroup === GROUP ? [] : [notSupported("roleRef.apiGroup", apiGroup, [GROUP])]),
    ...(kinds.includes(of) ? [] : [notSupported("roleRef.kind", of, kinds, "given")]),
    ...(name ? complain("roleRef.name", name, isPathSegmentName(name)) : [required("roleRef.name", "")]),
    ...subjects.flatMap((subject, i) => subjectErrors(`subjects[${i}]`, subject, namespaced)),
  ];
}

function subjectErrors(at: string, subject: Subject, namespaced: boolean): FieldError[] {
  const { kind: of = "", name = "", apiGroup = "", namespace } = subject;
  const errors = name ? [] : [required(`${at}.name`, "")];
  if (of === "ServiceAccount") {
    return [
      ...errors,
      ...(name ? complain(`${at}.name`, name, isDNS1123Subdomain(name)) : []),
      ...(apiGroup ? [notSupported(`${at}.apiGroup`, apiGroup, [""])] : []),
      ...(namespaced || namespace ? [] : [required(`${at}.namespace`, "")]),
    ];
  }
  if (of !== "User" && of !== "Group") return [...errors, notSupported(`${at}.kind`, of, ["ServiceAccount", "User", "Group"], "given")];
  return apiGroup === GROUP ? errors : [...errors, notSupported(`${at}.apiGroup`, apiGroup, [GROUP])];
}

function subjectsCell({ subjects = [] }: RoleBindingType, of: string): string {
  const named = subjects.filter((subject) => subject.kind === of);
  return named.map(({ name, namespace }) => (of === "ServiceAccount" ? `${namespace ?? ""}/${name}` : name)).join(", ");
}
