/** Two pods can't hold the same port of a node. */

import { fits, plugin, unfit } from "../plugin.ts";

const UNFIT = unfit("node(s) didn't have free ports for the requested pod ports");

export default plugin({
  name: "NodePorts",
  wakesOn: ["node added", "pod gone"],
  concerns: (pod) => pod.hostPorts.length > 0,
  filter: (pod, node) => (pod.hostPorts.some((port) => node.holds(port)) ? UNFIT : fits),
});
