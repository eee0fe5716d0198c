/** Pods stay five minutes on a node that stops answering, and a new node takes none until it is ready: DefaultTolerationSeconds and TaintNodesByCondition. */

import type { Node, Pod, Toleration } from "../../api/tables/core-v1.ts";
import type { AdmissionPlugin } from "./plugin.ts";

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const SECONDS = 300;

/** @returns whether the toleration covers the NoExecute taint of that key */
function covers({ key = "", effect = "" }: Toleration, taint: string): boolean {
  return (key === taint || key === "") && (effect === "NoExecute" || effect === "");
}

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  on: ["pods"],
  operations: ["CREATE", "UPDATE"],
  mutate(request) {
    const { spec } = request.object as Pod;
    const missing = [NOT_READY, UNREACHABLE].filter((taint) => !spec.tolerations?.some((toleration) => covers(toleration, taint)));
    if (missing.length === 0) return;
    const added = missing.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: SECONDS }));
    spec.tolerations = [...(spec.tolerations ?? []), ...added];
  },
};

export const taintNodesByCondition: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  on: ["nodes"],
  operations: ["CREATE"],
  mutate(request) {
    const node = request.object as Node;
    if (node.spec?.taints?.some(({ key, effect }) => key === NOT_READY && effect === "NoSchedule")) return;
    node.spec = { ...node.spec, taints: [...(node.spec?.taints ?? []), { key: NOT_READY, effect: "NoSchedule" }] };
  },
};
