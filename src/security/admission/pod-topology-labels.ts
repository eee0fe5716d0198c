/** A pod that is bound to a node carries the node's zone and region as labels of its own (KEP-4742); a binding's labels go over to its pod. */

import type { KubeObject } from "../../api/kind.ts";
import type { Binding, Node, Pod } from "../../api/tables/core-v1.ts";
import type { AdmissionPlugin } from "./plugin.ts";

const TOPOLOGY = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

export const podTopologyLabels: AdmissionPlugin = {
  name: "PodTopologyLabels",
  on: ["pods", "pods/binding"],
  operations: ["CREATE", "UPDATE"],
  mutate({ object, subresource, reader }) {
    const target = subresource === "binding" ? (object as Binding).target : { kind: "Node", name: (object as Pod).spec.nodeName };
    if (target?.kind !== "Node" || !target.name) return;
    const labels = reader.get<Node>("", "nodes", "", target.name)?.metadata.labels ?? {};
    const found = TOPOLOGY.filter((key) => Object.hasOwn(labels, key)).map((key) => [key, labels[key]!] as const);
    if (found.length === 0) return;
    const { metadata } = object as KubeObject;
    metadata.labels = { ...metadata.labels, ...Object.fromEntries(found) };
  },
};
