/** NodeDeclaredFeatureValidator: a placed pod isn't changed into something that its node says it can't do (KEP-5328). */

import { isDeepStrictEqual } from "node:util";
import type { Node, Pod } from "../../api/tables/core-v1.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { refused } from "./refuse.ts";

/** What a change asks of the node, by the name under which nodes declare it; other features can't be asked for by a change. */
const ASKED: readonly (readonly [feature: string, asks: (next: Pod, last: Pod) => boolean])[] = [
  ["InPlacePodLevelResourcesVerticalScaling", ({ spec: next }, { spec: last }) => !isDeepStrictEqual(next.resources ?? {}, last.resources ?? {})],
  ["InPlacePodVerticalScalingInitContainers", resizesInit],
  ["InPlacePodVerticalScalingMemoryBackedVolumes", resizesMemory],
];

export const nodeDeclaredFeatureValidator: AdmissionPlugin = {
  name: "NodeDeclaredFeatureValidator",
  on: ["pods", "pods/resize"],
  operations: ["UPDATE"],
  validate(request) {
    const [next, last] = [request.object as Pod, request.old as Pod];
    const { nodeName } = next.spec;
    if (!nodeName || next.metadata.generation === last.metadata.generation) return;
    const asked = ASKED.filter(([, asks]) => asks(next, last)).map(([feature]) => feature);
    if (asked.length === 0) return;
    const node = request.reader.get<Node>("", "nodes", "", nodeName);
    if (!node) throw refused(request, `node ${JSON.stringify(nodeName)} not found`);
    const missing = asked.filter((feature) => !node.status?.declaredFeatures?.includes(feature));
    if (missing.length === 0) return;
    throw refused(request, `pod update requires features ${missing.join(", ")} which are not available on node ${JSON.stringify(nodeName)}`);
  },
};

/** Init containers that end before the pod's own begin. */
function resizesInit({ spec: next }: Pod, { spec: last }: Pod): boolean {
  return (last.initContainers ?? []).some(
    ({ restartPolicy, resources }, i) => restartPolicy !== "Always" && !isDeepStrictEqual(resources ?? {}, next.initContainers?.[i]?.resources ?? {}),
  );
}

function resizesMemory({ spec: next }: Pod, { spec: last }: Pod): boolean {
  if ((next.volumes ?? []).length !== (last.volumes ?? []).length) return false;
  return (next.volumes ?? []).some(({ name, emptyDir }, i) => {
    const before = last.volumes?.[i];
    const [now, was] = [emptyDir?.sizeLimit, before?.emptyDir?.sizeLimit];
    if (before?.name !== name || emptyDir?.medium !== "Memory" || now === undefined || was === undefined) return false;
    return parseQuantity(now).compare(parseQuantity(was)) !== 0;
  });
}
