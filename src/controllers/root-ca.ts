/** Publishes in every namespace whom pods may trust as the API server: the config map `kube-root-ca.crt` (KEP-1205). */

import { ConfigMap, Namespace } from "../api/resources.ts";
import { type AnyController, controller } from "../client/controller.ts";

const NAME = "kube-root-ca.crt";
const DESCRIPTION = { "kubernetes.io/description": "The authorities that pods may trust to have signed the API server's certificate, and for nothing else." };

/** @param ca PEM of the authority that signs the API server's certificate */
export function rootCa(ca: string): AnyController {
  return controller({
    name: "root-ca-cert-publisher",
    for: Namespace,
    watches: { maps: ConfigMap.all(({ metadata }) => (metadata.name === NAME && metadata.namespace ? [metadata.namespace] : [])) },
    writes: [ConfigMap.create, ConfigMap.update],
    reconcile({ metadata: { name = "", deletionTimestamp }, status }, { maps }) {
      if (deletionTimestamp !== undefined || status?.phase === "Terminating") return [];
      const found = maps.get(name, NAME);
      const data = { "ca.crt": ca };
      if (!found) return [ConfigMap.create({ metadata: { name: NAME, namespace: name, annotations: DESCRIPTION }, data })];
      const only = Object.keys(found.data ?? {}).length === 1 && found.data?.["ca.crt"] === ca;
      return only ? [] : [ConfigMap.update({ ...found, data })];
    },
  });
}
