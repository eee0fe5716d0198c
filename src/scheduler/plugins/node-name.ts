/** A pod that names its node goes there or nowhere. */

import { fits, plugin, unfit } from "../plugin.ts";

export default plugin({
  name: "NodeName",
  wakesOn: ["node added"],
  filter: ({ pod }, node) => ((pod.spec.nodeName || node.name) === node.name ? fits : unfit("node(s) didn't match the requested node name")),
});
