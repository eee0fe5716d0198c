/** The conditions of a pod that its node decides. */

import type { ContainerStatus, PodCondition } from "../../../api/tables/core-v1.ts";
import { type AgentPod, isSidecar, statusNamed } from "../agent-pod.ts";
import { goList } from "../go-text.ts";
import type { Phase } from "./phase.ts";

/** Conditions that only the agent writes; all others are kept as they are. */
export const OWNED_CONDITIONS: ReadonlySet<string> = new Set([
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
  "PodResizePending",
  "PodResizeInProgress",
]);

type Verdict = Pick<PodCondition, "status" | "reason" | "message">;

const TRUE: Verdict = { status: "True" };
const falseFor = (reason: string, message = ""): Verdict => ({ status: "False", reason, ...(message && { message }) });

export interface ConditionFacts {
  readonly pod: AgentPod;
  readonly phase: Phase;
  /** Of init and ordinary containers. */
  readonly statuses: readonly ContainerStatus[];
  /** Why there is no usable sandbox; empty where there is one. */
  readonly sandboxTrouble: string;
  /** Conditions of others, for readiness gates. */
  readonly others: readonly PodCondition[];
  readonly resize: ResizeFacts;
}

/** How far a change of the pod's amounts has come. */
export interface ResizeFacts {
  /** Why it isn't granted. */
  readonly pending: { readonly reason: string; readonly message: string } | undefined;
  /** It is granted and not yet done; a message says what went wrong. */
  readonly inProgress: { readonly error: string } | undefined;
}

function complaint(parts: readonly (readonly [what: string, names: readonly string[]])[]): string {
  return parts.flatMap(([what, names]) => (names.length > 0 ? [`containers with ${what} status: ${goList(names)}`] : [])).join(", ");
}

function containersReady({ pod, phase, statuses }: ConditionFacts): Verdict {
  const counted = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers].map(({ name }) => name);
  const unknown = counted.filter((name) => !statusNamed(statuses, name));
  const unready = counted.filter((name) => statusNamed(statuses, name)?.ready === false);
  if (phase === "Succeeded" && unknown.length === 0) return falseFor("PodCompleted");
  if (phase === "Failed") return falseFor("PodFailed");
  const message = complaint([
    ["unknown", unknown],
    ["unready", unready],
  ]);
  return message ? falseFor("ContainersNotReady", message) : TRUE;
}

function ready(facts: ConditionFacts): Verdict {
  const containers = containersReady(facts);
  if (containers.status !== "True") return containers;
  const complaints = (facts.pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = facts.others.find(({ type }) => type === conditionType);
    if (!condition) return [`corresponding condition of pod readiness gate ${JSON.stringify(conditionType)} does not exist.`];
    return condition.status === "True" ? [] : [`the status of pod readiness gate ${JSON.stringify(conditionType)} is not "True", but ${condition.status}`];
  });
  return complaints.length > 0 ? falseFor("ReadinessGatesNotReady", complaints.join(", ")) : TRUE;
}

function initialized({ pod, phase, statuses }: ConditionFacts): Verdict {
  const init = pod.spec.initContainers ?? [];
  const unknown = init.filter(({ name }) => !statusNamed(statuses, name)).map(({ name }) => name);
  const incomplete = init.flatMap((container) => {
    const status = statusNamed(statuses, container.name);
    return status && !(isSidecar(container) ? status.started : status.ready) ? [container.name] : [];
  });
  if (phase === "Succeeded" && unknown.length === 0) return { status: "True", reason: "PodCompleted" };
  const begun = pod.spec.containers.some(({ name }) => {
    const status = statusNamed(statuses, name);
    return status?.state?.running || status?.state?.terminated || status?.lastState?.terminated;
  });
  if (begun) return TRUE;
  const message = complaint([
    ["unknown", unknown],
    ["incomplete", incomplete],
  ]);
  return message ? falseFor("ContainersNotInitialized", message) : TRUE;
}

/** Unlike the others these two stand only while they are true. */
function resizing({ pending, inProgress }: ResizeFacts): PodCondition[] {
  const error = inProgress?.error;
  return [
    ...(pending ? [{ type: "PodResizePending", ...TRUE, ...pending }] : []),
    ...(inProgress ? [{ type: "PodResizeInProgress", ...TRUE, ...(error && { reason: "Error", message: error }) }] : []),
  ];
}

/** @returns the agent's conditions; times are put in by withTransitions() */
export function conditionsOf(facts: ConditionFacts): PodCondition[] {
  const { sandboxTrouble } = facts;
  return [
    { type: "PodReadyToStartContainers", ...(sandboxTrouble ? falseFor("PodSandboxNotReady", sandboxTrouble) : TRUE) },
    { type: "Initialized", ...initialized(facts) },
    { type: "Ready", ...ready(facts) },
    { type: "ContainersReady", ...containersReady(facts) },
    { type: "PodScheduled", ...TRUE },
    ...resizing(facts.resize),
  ];
}

/** Gives each condition its generation, and the time since when its status has been what it is. */
export function withTransitions(
  next: readonly PodCondition[],
  last: readonly PodCondition[],
  generation: PodCondition["observedGeneration"],
  now: string,
): PodCondition[] {
  return next.map((condition) => {
    const before = last.find(({ type }) => type === condition.type);
    const since = before?.status === condition.status ? before.lastTransitionTime : undefined;
    return { ...condition, ...(generation !== undefined && { observedGeneration: generation }), lastTransitionTime: since ?? now };
  });
}
