/** The notation of the default roles' tables, and the objects that they stand for. */

import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from "../../../api/tables/rbac-v1.ts";

export interface RoleRow {
  readonly namespace?: string;
  readonly name: string;
  /** `admin`, `edit`, `view`: the role whose rules these become part of. */
  readonly joins?: string;
  /** The rules are those of the roles that join this. */
  readonly gathers?: string;
  /** `VERBS GROUPS RESOURCES [NAMES]` or `VERBS url PATHS`, each a list with commas; the core group is written `core`. */
  readonly rules: readonly string[];
}

export interface BindingRow {
  readonly namespace?: string;
  readonly name: string;
  /** The role's name, where it isn't the binding's. */
  readonly role?: string;
  /** `User NAME`, `Group NAME`, `ServiceAccount NAMESPACE/NAME` */
  readonly subjects: readonly string[];
}

const GROUP = "rbac.authorization.k8s.io";
const API_VERSION = `${GROUP}/v1`;
const AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";
export const AUTOUPDATE = "rbac.authorization.kubernetes.io/autoupdate";

function ruleOf(text: string): PolicyRule {
  const [verbs = "", groups = "", things = "", names] = text.split(" ");
  if (groups === "url") return { verbs: verbs.split(","), nonResourceURLs: things.split(",") };
  return {
    verbs: verbs.split(","),
    apiGroups: groups.split(",").map((group) => (group === "core" ? "" : group)),
    resources: things.split(","),
    ...(names && { resourceNames: names.split(",") }),
  };
}

function subjectOf(text: string): Subject {
  const [kind = "", name = ""] = text.split(" ");
  if (kind !== "ServiceAccount") return { kind, apiGroup: GROUP, name };
  const [namespace = "", account = ""] = name.split("/");
  return { kind, name: account, namespace };
}

function metadata(row: RoleRow | BindingRow): Role["metadata"] {
  const joins = "joins" in row ? row.joins : undefined;
  return {
    name: row.name,
    ...(row.namespace && { namespace: row.namespace }),
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...(joins && { [`${AGGREGATE}${joins}`]: "true" }) },
    annotations: { [AUTOUPDATE]: "true" },
  };
}

export function clusterRoleOf(row: RoleRow): ClusterRole {
  return {
    apiVersion: API_VERSION,
    kind: "ClusterRole",
    metadata: metadata(row),
    ...(row.rules.length > 0 && { rules: row.rules.map(ruleOf) }),
    ...(row.gathers && { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${AGGREGATE}${row.gathers}`]: "true" } }] } }),
  };
}

export function roleOf(row: RoleRow): Role {
  return { apiVersion: API_VERSION, kind: "Role", metadata: metadata(row), rules: row.rules.map(ruleOf) };
}

export function clusterRoleBindingOf(row: BindingRow): ClusterRoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: "ClusterRoleBinding",
    metadata: metadata(row),
    ...(row.subjects.length > 0 && { subjects: row.subjects.map(subjectOf) }),
    roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: row.role ?? row.name },
  };
}

export function roleBindingOf(row: BindingRow): RoleBinding {
  return {
    apiVersion: API_VERSION,
    kind: "RoleBinding",
    metadata: metadata(row),
    subjects: row.subjects.map(subjectOf),
    roleRef: { apiGroup: GROUP, kind: "Role", name: row.role ?? row.name },
  };
}
