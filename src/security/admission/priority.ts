/** Turns a pod's priority class into its priority, and keeps the default class unique (plugin/pkg/admission/priority). */

import type { Pod } from "../../api/tables/core-v1.ts";
import type { PriorityClass } from "../../api/tables/scheduling-v1.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { refused } from "./refuse.ts";

const GROUP = "scheduling.k8s.io";
/** Classes of the cluster's own parts, there also before their objects are. */
const SYSTEM_CLASSES: ReadonlyMap<string, number> = new Map([
  ["system-cluster-critical", 2_000_000_000],
  ["system-node-critical", 2_000_001_000],
]);

interface Resolved {
  readonly name: string;
  readonly priority: number;
  readonly policy: string | undefined;
}

/** The lowest of the default classes, should there be several. */
function defaultClass({ reader }: AdmissionRequest): Resolved {
  let found: PriorityClass | undefined;
  for (const each of reader.list<PriorityClass>(GROUP, "priorityclasses")) if (each.globalDefault && (!found || each.value < found.value)) found = each;
  if (!found) return { name: "", priority: 0, policy: "PreemptLowerPriority" };
  return { name: found.metadata.name ?? "", priority: found.value, policy: found.preemptionPolicy };
}

async function resolve(request: AdmissionRequest, name: string | undefined): Promise<Resolved> {
  if (!name) return defaultClass(request);
  const { reader } = request;
  const found = reader.get<PriorityClass>(GROUP, "priorityclasses", "", name) ?? (await reader.getFresh<PriorityClass>(GROUP, "priorityclasses", "", name));
  if (found) return { name, priority: found.value, policy: found.preemptionPolicy };
  const system = SYSTEM_CLASSES.get(name);
  if (system !== undefined) return { name, priority: system, policy: "PreemptLowerPriority" };
  throw refused(request, `no PriorityClass with name ${name} was found`);
}

async function admitPod(request: AdmissionRequest): Promise<void> {
  const { spec } = request.object as Pod;
  if (request.operation === "UPDATE") {
    const last = (request.old as Pod | undefined)?.spec;
    if (last?.priority !== undefined) spec.priority ??= last.priority;
    if (last?.preemptionPolicy !== undefined) spec.preemptionPolicy ??= last.preemptionPolicy;
    return;
  }
  const { name, priority, policy } = await resolve(request, spec.priorityClassName);
  const rest = "admission controller computed";
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw refused(
      request,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority ${rest} ${priority} from the given PriorityClass name`,
    );
  }
  if (policy !== undefined && spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw refused(
      request,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority ${rest} ${policy} from the given PriorityClass name`,
    );
  }
  if (name) spec.priorityClassName = name;
  spec.priority = priority;
  if (policy !== undefined) spec.preemptionPolicy = policy;
}

export const priority: AdmissionPlugin = {
  name: "Priority",
  on: ["pods", `priorityclasses.${GROUP}`],
  operations: ["CREATE", "UPDATE"],
  mutate: (request) => (request.resource.resource === "pods" ? admitPod(request) : undefined),
  validate(request) {
    if (request.resource.resource !== "priorityclasses") return;
    const next = request.object as PriorityClass;
    if (!next.globalDefault) return;
    for (const other of request.reader.list<PriorityClass>(GROUP, "priorityclasses")) {
      if (!other.globalDefault || other.metadata.name === next.metadata.name) continue;
      throw refused(request, `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`);
    }
  },
};
