/** Taints keep pods away that don't tolerate them; those that only prefer to stay alone cost points. */

import type { Taint, Toleration } from "../../api/tables/core-v1.ts";
import { fits, plugin, scaleToBest, unfit } from "../plugin.ts";

export default plugin({
  name: "TaintToleration",
  wakesOn: ["node added", "node changed", "pod changed"],
  weight: 3,
  filter(pod, { taints }) {
    if (taints.length === 0) return fits;
    const hard = taints.find((taint) => (taint.effect === "NoSchedule" || taint.effect === "NoExecute") && !tolerates(pod.tolerations, taint));
    return hard ? unfit(`node(s) had untolerated taint(s) {${hard.key}: ${hard.value ?? ""}}`) : fits;
  },
  score: (pod, { taints }) => taints.filter((taint) => taint.effect === "PreferNoSchedule" && !tolerates(pod.tolerations, taint)).length,
  normalize: (scores) => scaleToBest(scores, true),
});

/** An empty key tolerates every key, an empty effect every effect. */
export function tolerates(tolerations: readonly Toleration[], taint: Pick<Taint, "key" | "effect" | "value">): boolean {
  return tolerations.some(({ key, operator, value, effect }) => {
    if (effect && effect !== taint.effect) return false;
    if (key && key !== taint.key) return false;
    return operator === "Exists" || (key !== undefined && key !== "" && (value ?? "") === (taint.value ?? ""));
  });
}
