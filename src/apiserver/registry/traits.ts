/** What sets a few resources apart in ways that are a yes or a no: lists of `GROUP/RESOURCE`, as Kubernetes' strategies have them. */

import type { Kind } from "../../api/kind.ts";

/** Resources whose deletion is answered with the object that was deleted; elsewhere with a Status. */
const ANSWERS_OBJECT: ReadonlySet<string> = new Set([
  "/namespaces",
  "/persistentvolumeclaims",
  "/persistentvolumes",
  "/pods",
  "/podtemplates",
  "/resourcequotas",
  "/serviceaccounts",
  "/services",
  "resource.k8s.io/deviceclasses",
  "resource.k8s.io/resourceclaims",
  "resource.k8s.io/resourceclaimtemplates",
  "resource.k8s.io/resourceslices",
  "storage.k8s.io/csidrivers",
  "storage.k8s.io/csinodes",
  "storage.k8s.io/storageclasses",
  "storage.k8s.io/volumeattachments",
  "storage.k8s.io/volumeattributesclasses",
]);

/** Resources that a PUT may create (AllowCreateOnUpdate in their strategies). */
const CREATED_BY_PUT: ReadonlySet<string> = new Set([
  "/endpoints",
  "/events",
  "/limitranges",
  "/services",
  "coordination.k8s.io/leases",
  "events.k8s.io/events",
  "node.k8s.io/runtimeclasses",
  "rbac.authorization.k8s.io/clusterrolebindings",
  "rbac.authorization.k8s.io/clusterroles",
  "rbac.authorization.k8s.io/rolebindings",
  "rbac.authorization.k8s.io/roles",
]);

export function mayBeCreatedByPut(kind: Kind): boolean {
  return kind.rules.createOnUpdate ?? CREATED_BY_PUT.has(`${kind.group}/${kind.resource}`);
}

/** Resources whose update must name the version that it replaces; beside them all of these groups (AllowUnconditionalUpdate). */
const CONDITIONAL: ReadonlySet<string> = new Set([
  "certificates.k8s.io/clustertrustbundles",
  "certificates.k8s.io/podcertificaterequests",
  "coordination.k8s.io/leases",
  "node.k8s.io/runtimeclasses",
  "policy/poddisruptionbudgets",
  "storage.k8s.io/csidrivers",
  "storage.k8s.io/csinodes",
  "storage.k8s.io/csistoragecapacities",
]);
const CONDITIONAL_GROUPS: ReadonlySet<string> = new Set([
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "storagemigration.k8s.io",
]);

export function mustNameVersion(kind: Kind): boolean {
  return kind.rules.conditionalUpdateOnly ?? (CONDITIONAL_GROUPS.has(kind.group) || CONDITIONAL.has(`${kind.group}/${kind.resource}`));
}

/** Resources whose dependents stay when nobody says otherwise, as they always did. */
const ORPHANS: ReadonlySet<string> = new Set(["/replicationcontrollers", "batch/jobs"]);

export function orphansByDefault(kind: Kind): boolean {
  return ORPHANS.has(`${kind.group}/${kind.resource}`);
}

export function answersDeletedObject(kind: Kind): boolean {
  return ANSWERS_OBJECT.has(`${kind.group}/${kind.resource}`);
}

/** Resources that are served but that nobody should begin to use: each answer says so. */
const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ["/componentstatuses", "v1 ComponentStatus is deprecated in v1.19+"],
  ["/endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"],
]);

export function deprecation(kind: Kind): string | undefined {
  if (kind.deprecation !== undefined) return kind.deprecation;
  return kind.group === "" ? DEPRECATED.get(`/${kind.resource}`) : undefined;
}
