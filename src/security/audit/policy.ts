/**
 * What is worth a record: every write, every refusal, every way into a container or a node, and every read of something that grants power. Reads of anything
 * else and the heartbeats of components are not: they are most of a cluster's requests and say nothing.
 */

import type { Attributes } from "../attributes.ts";
import type { User } from "../user.ts";

const READS = new Set(["get", "list", "watch"]);
/** Resources whose content is a credential or says who may do what. */
const SENSITIVE = new Set([
  "/secrets",
  "/serviceaccounts/token",
  "certificates.k8s.io/certificatesigningrequests",
  "authentication.k8s.io/tokenreviews",
  "rbac.authorization.k8s.io/roles",
  "rbac.authorization.k8s.io/clusterroles",
  "rbac.authorization.k8s.io/rolebindings",
  "rbac.authorization.k8s.io/clusterrolebindings",
]);
/** Subresources that lead into a container, a node or a workload's network, whatever the verb. */
const DOORS = new Set(["exec", "attach", "portforward", "proxy", "log", "ephemeralcontainers", "configz", "pods", "stats", "checkpoint"]);

/** Writes that components make all the time about nothing but themselves. */
function isHeartbeat(asked: Attributes, user: User): boolean {
  if (!user.name.startsWith("system:")) return false;
  if (asked.group === "coordination.k8s.io" && asked.resource === "leases") return asked.verb === "update" || asked.verb === "patch";
  if (asked.resource === "events" && (asked.group === "" || asked.group === "events.k8s.io")) return asked.verb === "create" || asked.verb === "patch";
  return false;
}

/**
 * @param code the answer's status code; undefined while a long request begins
 * @returns whether the request gets a record
 */
export function isAudited(asked: Attributes | undefined, user: User | undefined, code: number | undefined, impersonated = false): boolean {
  if (!asked || !user || impersonated) return true;
  if (code !== undefined && (code === 401 || code === 403 || code >= 500)) return true;
  if (!asked.isResource) return asked.verb !== "get" && asked.verb !== "head";
  if (DOORS.has(asked.subresource)) return true;
  if (!READS.has(asked.verb)) return !isHeartbeat(asked, user);
  return SENSITIVE.has(`${asked.group}/${asked.resource}`) || SENSITIVE.has(`${asked.group}/${asked.resource}/${asked.subresource}`);
}
