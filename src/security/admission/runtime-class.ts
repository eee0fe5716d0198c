/** A pod of a runtime class pays the class's overhead and goes where the class says (KEP-688; plugin/pkg/admission/runtimeclass). */

import { isDeepStrictEqual } from "node:util";
import type { Pod, Toleration } from "../../api/tables/core-v1.ts";
import type { RuntimeClass } from "../../api/tables/node-v1.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { refused } from "./refuse.ts";

type Amounts = Readonly<Record<string, string>>;

function sameAmounts(a: Amounts = {}, b: Amounts = {}): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && parseQuantity(a[name]!).compare(parseQuantity(b[name]!)) === 0)
  );
}

/** @returns whether `wide` tolerates all that `narrow` does */
function covers(wide: Toleration, narrow: Toleration): boolean {
  if (isDeepStrictEqual(wide, narrow)) return true;
  const everyKey = !wide.key && wide.operator === "Exists";
  if (!everyKey && (wide.key ?? "") !== (narrow.key ?? "")) return false;
  if (wide.effect && wide.effect !== narrow.effect) return false;
  if (wide.effect === "NoExecute" && wide.tolerationSeconds !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === "Exists") return true;
  return (wide.operator ?? "") === (narrow.operator ?? "") && (wide.value ?? "") === (narrow.value ?? "");
}

/** Both lists in order, without what another of them covers; of equals the first stays. */
function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  for (const [index, each] of all.entries()) {
    const isCovered = merged.some((kept) => covers(kept, each)) || all.slice(index + 1).some((later) => !isDeepStrictEqual(each, later) && covers(later, each));
    if (!isCovered) merged.push(each);
  }
  return merged;
}

async function classOf(request: AdmissionRequest, { spec }: Pod): Promise<RuntimeClass | undefined> {
  const name = spec.runtimeClassName;
  if (name === undefined) return undefined;
  const { reader } = request;
  const found =
    reader.get<RuntimeClass>("node.k8s.io", "runtimeclasses", "", name) ?? (await reader.getFresh<RuntimeClass>("node.k8s.io", "runtimeclasses", "", name));
  if (!found) throw refused(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found;
}

function setScheduling(request: AdmissionRequest, { spec }: Pod, { scheduling }: RuntimeClass): void {
  if (!scheduling) return;
  const selector = { ...spec.nodeSelector };
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    if (Object.hasOwn(selector, key) && selector[key] !== value) {
      throw refused(request, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${selector[key]}`);
    }
    selector[key] = value;
  }
  if (Object.keys(selector).length > 0) spec.nodeSelector = selector;
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (tolerations.length > 0) spec.tolerations = tolerations;
}

export const runtimeClass: AdmissionPlugin = {
  name: "RuntimeClass",
  on: ["pods"],
  operations: ["CREATE"],
  async mutate(request) {
    const pod = request.object as Pod;
    const found = await classOf(request, pod);
    if (!found) return;
    const overhead = found.overhead?.podFixed;
    if (overhead) {
      if (Object.keys(pod.spec.overhead ?? {}).length > 0 && !sameAmounts(overhead, pod.spec.overhead)) {
        throw refused(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
      }
      pod.spec.overhead = { ...overhead };
    }
    setScheduling(request, pod, found);
  },
  async validate(request) {
    const pod = request.object as Pod;
    const found = await classOf(request, pod);
    if (found?.overhead) {
      if (!sameAmounts(found.overhead.podFixed, pod.spec.overhead))
        throw refused(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    } else if (pod.spec.overhead) throw refused(request, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
  },
};
