/** Nothing new in a namespace that is missing or on its way out, and three namespaces that never go. */

import type { Namespace } from "../../api/tables/core-v1.ts";
import { forbidden, notFound } from "../../machinery/status/status-error.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { refused } from "./refuse.ts";

const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);

export const namespaceLifecycle: AdmissionPlugin = {
  name: "NamespaceLifecycle",
  on: ["*"],
  operations: ["CREATE", "DELETE"],
  mutate(request) {
    const { operation, resource, namespace, name, reader } = request;
    if (resource.group === "" && resource.resource === "namespaces") {
      if (operation === "DELETE" && IMMORTAL.has(name)) throw forbidden(resource, name, "this namespace may not be deleted");
      return undefined;
    }
    // A review of access must not tell whether a namespace is there.
    if (operation !== "CREATE" || namespace === "" || resource.resource === "localsubjectaccessreviews") return undefined;
    const check = (found: Namespace | undefined) => {
      if (!found) throw notFound({ group: "", resource: "namespaces" }, namespace);
      if (found.status?.phase !== "Terminating" && found.metadata.deletionTimestamp === undefined) return;
      throw refused(request, `unable to create new content in namespace ${namespace} because it is being terminated`, [
        { reason: "NamespaceTerminating", message: `namespace ${namespace} is being terminated`, field: "metadata.namespace" },
      ]);
    };
    const cached = reader.get<Namespace>("", "namespaces", "", namespace);
    return cached ? check(cached) : reader.getFresh<Namespace>("", "namespaces", "", namespace).then(check);
  },
};
