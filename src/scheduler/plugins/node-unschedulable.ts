/** A cordoned node takes nothing but what tolerates its being cordoned. */

import { fits, plugin, unfit } from "../plugin.ts";
import { tolerates } from "./taint-toleration.ts";

const TAINT = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

export default plugin({
  name: "NodeUnschedulable",
  wakesOn: ["node added", "node changed"],
  filter: (pod, { node }) => (node?.spec.unschedulable && !tolerates(pod.tolerations, TAINT) ? unfit("node(s) were unschedulable") : fits),
});
