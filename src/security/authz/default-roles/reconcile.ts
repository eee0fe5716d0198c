/**
 * Keeps the default roles and bindings at least as large as they should be: what is missing is added at start, what an administrator added stays, and what
 * carries the annotation `autoupdate: "false"` is left alone (as pkg/registry/rbac/rest does).
 */

import type { KubeObject } from "../../../api/kind.ts";
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from "../../../api/tables/rbac-v1.ts";
import type { Reader } from "../../reader.ts";
import { missingRules } from "../rbac/covers.ts";
import { CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS } from "./bindings.ts";
import { CLUSTER_ROLES } from "./cluster-roles.ts";
import { CONTROLLER_ROLES } from "./controller-roles.ts";
import { ROLES } from "./roles.ts";
import { AUTOUPDATE, clusterRoleBindingOf, clusterRoleOf, roleBindingOf, roleOf } from "./row.ts";

const GROUP = "rbac.authorization.k8s.io";

export interface DefaultWrite {
  readonly verb: "create" | "update";
  readonly resource: "clusterroles" | "clusterrolebindings" | "roles" | "rolebindings";
  readonly object: KubeObject;
}

/** Every default object, fresh, in the order in which they are made. */
export function defaultObjects(): { resource: DefaultWrite["resource"]; object: Role | ClusterRole | RoleBinding | ClusterRoleBinding }[] {
  const controllerBindings = CONTROLLER_ROLES.map(({ name }) => ({
    name,
    subjects: [`ServiceAccount kube-system/${name.slice("system:controller:".length)}`],
  }));
  return [
    ...[...CLUSTER_ROLES, ...CONTROLLER_ROLES].map((row) => ({ resource: "clusterroles" as const, object: clusterRoleOf(row) })),
    ...[...CLUSTER_ROLE_BINDINGS, ...controllerBindings].map((row) => ({ resource: "clusterrolebindings" as const, object: clusterRoleBindingOf(row) })),
    ...ROLES.map((row) => ({ resource: "roles" as const, object: roleOf(row) })),
    ...ROLE_BINDINGS.map((row) => ({ resource: "rolebindings" as const, object: roleBindingOf(row) })),
  ];
}

const sameSubject = (a: Subject, b: Subject) => a.kind === b.kind && a.name === b.name && (a.namespace ?? "") === (b.namespace ?? "");

interface Policy extends KubeObject {
  rules?: PolicyRule[];
  subjects?: Subject[];
}

/** @returns the object with what it lacked, or undefined when it lacks nothing or asked to be left alone */
function completed(desired: Policy, existing: Policy): Policy | undefined {
  if (existing.metadata.annotations?.[AUTOUPDATE] === "false") return undefined;
  const labels = { ...desired.metadata.labels, ...existing.metadata.labels };
  const annotations = { ...desired.metadata.annotations, ...existing.metadata.annotations };
  const rules = missingRules(existing.rules ?? [], desired.rules ?? []);
  const subjects = (desired.subjects ?? []).filter((subject) => !existing.subjects?.some((known) => sameSubject(known, subject)));
  const grown =
    Object.keys(labels).length > Object.keys(existing.metadata.labels ?? {}).length ||
    Object.keys(annotations).length > Object.keys(existing.metadata.annotations ?? {}).length;
  if (!grown && rules.length === 0 && subjects.length === 0) return undefined;
  return {
    ...existing,
    metadata: { ...existing.metadata, labels, annotations },
    ...(rules.length > 0 && { rules: [...(existing.rules ?? []), ...rules] }),
    ...(subjects.length > 0 && { subjects: [...(existing.subjects ?? []), ...subjects] }),
  };
}

/** @returns the writes that bring the cluster's default roles and bindings up to date, in order; namespaces that they need are the caller's */
export function missingDefaults(reader: Reader): DefaultWrite[] {
  return defaultObjects().flatMap(({ resource, object }): DefaultWrite[] => {
    const existing = reader.get<Policy>(GROUP, resource, object.metadata.namespace ?? "", object.metadata.name ?? "");
    if (!existing) return [{ verb: "create", resource, object }];
    const next = completed(object, existing);
    return next ? [{ verb: "update", resource, object: next }] : [];
  });
}
