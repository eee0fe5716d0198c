/** A volume that a claim is bound to isn't deleted under it. */

import { PersistentVolume } from "../api/resources.ts";
import { controller } from "../client/controller.ts";
import { protectionPatch } from "./protection.ts";

const FINALIZER = "kubernetes.io/pv-protection";

export default controller({
  name: "pv-protection-controller",
  for: PersistentVolume,
  watches: {},
  writes: [PersistentVolume.patch],
  reconcile(volume) {
    const patch = protectionPatch(volume, FINALIZER, () => volume.status?.phase === "Bound");
    return patch ? [PersistentVolume.patch(volume, patch)] : [];
  },
});
