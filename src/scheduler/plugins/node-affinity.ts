/** Pods choose nodes by label: what they require and what they would like. */

import { fits, plugin, scaleToBest, unfit } from "../plugin.ts";

const UNFIT = unfit("node(s) didn't match Pod's node affinity/selector");

export default plugin({
  name: "NodeAffinity",
  wakesOn: ["node added", "node changed"],
  concerns: (pod) => pod.requiredNodes !== undefined || pod.preferredNodes.length > 0,
  weight: 2,
  filter: (pod, node) => (pod.requiredNodes && !pod.requiredNodes(node) ? UNFIT : fits),
  score: (pod, node) => pod.preferredNodes.reduce((sum, { weight, matches }) => sum + (matches(node) ? weight : 0), 0),
  normalize: (scores) => scaleToBest(scores),
});
