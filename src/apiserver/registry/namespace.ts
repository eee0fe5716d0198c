/** A namespace goes in two steps: it is marked and emptied by its controller, then its own finalizers are cleared and it vanishes. */

import type { KubeObject } from "../../api/kind.ts";

interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string };
}

export function terminateNamespace(object: KubeObject): void {
  const namespace = object as Namespace;
  namespace.status = { ...namespace.status, phase: "Terminating" };
}

export function namespaceMayVanish(object: KubeObject): boolean {
  return !(object as Namespace).spec?.finalizers?.length;
}
