/** CSIStorageCapacities: how much room there is for volumes of a class in a part of the cluster. */

import { isDNS1123Subdomain } from "../../machinery/names.ts";
import { kind } from "../declare.ts";
import { complain, immutable, labelSelector, nonNegativeQuantity } from "../meta/checks.ts";
import { immutableStruct } from "../meta/semantic.ts";
import type { CSIStorageCapacity as CSIStorageCapacityType } from "../tables/storage-v1.ts";

export const CSIStorageCapacity = kind<CSIStorageCapacityType>("storage.k8s.io/v1", "csistoragecapacities", {
  conditionalUpdateOnly: true,
  validate: ({ nodeTopology, storageClassName = "", capacity }) => [
    ...labelSelector("nodeTopology", nodeTopology),
    ...complain("storageClassName", storageClassName, isDNS1123Subdomain(storageClassName)),
    ...(capacity === undefined ? [] : nonNegativeQuantity("capacity", capacity)),
  ],
  validateUpdate: (next, last) => [
    ...immutableStruct("nodeTopology", "meta.v1.LabelSelector", next.nodeTopology, last.nodeTopology),
    ...immutable("storageClassName", next.storageClassName, last.storageClassName),
  ],
});
