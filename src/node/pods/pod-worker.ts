/** One pod on this node: looks, plans, acts, reports, one step at a time, until the pod is gone. All of its actions happen here, one after another. */

import type { PodStatus } from "../../api/tables/core-v1.ts";
import { PodProbes } from "../probes/pod-probes.ts";
import { refusalOf } from "./admit.ts";
import { type AgentPod, graceSeconds, isTerminal, podKey, statusNamed } from "./agent-pod.ts";
import type { AgentContext } from "./context.ts";
import { deadlineMs } from "./deadline.ts";
import { LiveVolumes } from "./live-volumes.ts";
import { makeSandbox, sandboxOf } from "./make-sandbox.ts";
import { Observer } from "./observe.ts";
import type { Plan, Start } from "./plan/judge.ts";
import { planFor } from "./plan/plan.ts";
import { PodStops } from "./pod-stops.ts";
import { recall } from "./recall.ts";
import { removeFromDisk, removeFromRuntime, removeOldRuns } from "./remove-pod.ts";
import { type Allocation, allocate, withReportedAmounts } from "./resize/allocation.ts";
import { setAmounts } from "./resize/set-amounts.ts";
import { judgeSandbox, nothingSeen, type PodSeen } from "./seen.ts";
import { StartAttempts } from "./start-attempts.ts";
import { podStatus } from "./status/pod-status.ts";
import { StepLoop } from "./step-loop.ts";

const RESIZE_RETRY_MS = 3000;

/** What a worker must know of the pods beside its own. */
export interface Neighbours {
  /** The pods that this node has taken on and that aren't over, but for this one. */
  besides(uid: string): readonly AgentPod[];
}

export interface WorkerReports {
  /** Tells the API. @returns when the API knows */
  status(pod: AgentPod, status: PodStatus): Promise<void>;
  /** Everything of a pod that is being deleted is gone: the API may forget it. */
  deleted(pod: AgentPod): Promise<void>;
}

type Verdict = { readonly reason: string; readonly message: string };

export class PodWorker {
  readonly #context: AgentContext;
  readonly #reports: WorkerReports;
  readonly #neighbours: Neighbours;
  readonly #observer: Observer;
  readonly #probes: PodProbes;
  readonly #volumes: LiveVolumes;
  readonly #attempts: StartAttempts;
  readonly #loop: StepLoop;
  /** As the API has it. */
  #wanted: AgentPod;
  /** With the amounts that this node has granted. */
  #pod: AgentPod;
  #pending: Allocation["pending"];
  #resizeError: string | undefined;
  #last: PodStatus;
  #seen: PodSeen = nothingSeen;
  #verdict: Verdict | undefined;
  readonly #stops: PodStops;
  /** Aborts what a deletion need not wait for: a pull, a postStart hook. */
  readonly #interruption = new AbortController();
  #forgotten = false;
  #admitted = false;
  readonly done: Promise<void>;

  constructor(pod: AgentPod, context: AgentContext, reports: WorkerReports, neighbours: Neighbours) {
    this.#wanted = pod;
    this.#pod = withReportedAmounts(pod, pod.status ?? {});
    this.#last = pod.status ?? {};
    this.#context = context;
    this.#reports = reports;
    this.#neighbours = neighbours;
    this.#stops = new PodStops(context);
    this.#attempts = new StartAttempts(context);
    this.#volumes = new LiveVolumes(context);
    this.#observer = new Observer(context.runtime, pod.metadata.uid);
    this.#probes = new PodProbes(context, () => {
      this.poke();
      // A step may be waiting for a container to stop: whether the pod is ready is told all the same.
      if (this.#loop.stepping) void this.#report(false);
    });
    this.#loop = new StepLoop({
      clock: context.clock,
      step: () => this.#step(),
      onError: ({ message }) => context.log.warn("pod step failed", { pod: podKey(this.#pod), error: message }),
    });
    this.done = this.#loop.run().finally(() => this.#probes.stop());
  }

  get pod(): AgentPod {
    return this.#pod;
  }

  /** What was last reported, and what of the pod the runtime showed then. */
  get view(): { readonly status: PodStatus; readonly seen: PodSeen } {
    return { status: this.#last, seen: this.#seen };
  }

  /**
   * Whether the pod counts against what the node has: it was taken on, and isn't over. One that the API has forgotten doesn't, although it may take a
   * while to stop: the scheduler has given its place away already, and would be told that there is none. [pkg/kubelet/kubelet_pods.go GetActivePods]
   */
  get holds(): boolean {
    return this.#admitted && !this.#forgotten && !isTerminal(this.#last.phase) && !this.#loop.over;
  }

  /** A newer version of the pod. */
  update(pod: AgentPod): void {
    this.#wanted = pod;
    this.#grant();
    this.#volumes.markStale();
    if (pod.metadata.deletionTimestamp) this.#hurry(graceSeconds(pod));
    this.poke();
  }

  /** The API has no such pod any more. */
  forget(): void {
    this.#forgotten = true;
    this.#hurry(Math.max(1, graceSeconds(this.#pod)));
    this.poke();
  }

  /** Something may have changed: look again. */
  poke(): void {
    this.#loop.poke();
  }

  /** An object that the pod's volumes are made of has changed. */
  refresh(): void {
    this.#volumes.markStale();
    this.poke();
  }

  /** The agent ends; the pod goes on. */
  stop(): void {
    this.#interruption.abort();
    this.#probes.stop();
    this.#loop.end();
  }

  /** Takes over what the API says, with the amounts that there is room for. */
  #grant(): void {
    const { pod, pending } = this.#admitted
      ? allocate(this.#pod, this.#wanted, this.#neighbours.besides(this.#wanted.metadata.uid), this.#context.node.allocatable)
      : { pod: this.#wanted, pending: undefined };
    this.#pod = pod;
    this.#pending = pending;
  }

  #hurry(seconds: number): void {
    this.#interruption.abort();
    this.#stops.hurry(seconds);
  }

  async #step(): Promise<void> {
    const now = this.#context.clock.now();
    this.#seen = await this.#observer.look();
    recall({ pod: this.#pod, last: this.#last, seen: this.#seen, probes: this.#probes, attempts: this.#attempts });
    this.#verdict ??= this.#judge(now);
    if (this.#forgotten || this.#pod.metadata.deletionTimestamp || this.#verdict || isTerminal(this.#pod.status?.phase) || isTerminal(this.#last.phase)) {
      await this.#end();
      return;
    }
    this.#grant();
    const plan = planFor({ pod: this.#pod, seen: this.#seen, probes: (id) => this.#probes.verdict(id), nodeMemory: this.#context.node.memoryBytes });
    const over = plan.stopAll && plan.sandbox === undefined;
    await this.#report(false);
    if (over) {
      await this.#stopAll();
      await this.#report(true);
      if (isTerminal(this.#last.phase)) await this.#end();
      return;
    }
    const retryAt = await this.#carryOut(plan);
    this.#probes.update(this.#pod, this.#seen, this.#podIps()[0] ?? "");
    await this.#report(false);
    await removeOldRuns(this.#pod, this.#seen, this.#stops.stopped, this.#context);
    const resizeAt = this.#pending || this.#resizeError !== undefined ? now + RESIZE_RETRY_MS : undefined;
    this.#loop.wakeAt([retryAt, resizeAt, deadlineMs(this.#pod, this.#last), this.#volumes.refreshAtMs]);
  }

  #judge(now: number): Verdict | undefined {
    // What was over before this agent began keeps its reason.
    if (isTerminal(this.#pod.status?.phase)) return undefined;
    const deadline = deadlineMs(this.#pod, this.#last);
    if (deadline !== undefined && now >= deadline)
      return { reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline" };
    // A pod that runs was admitted once, also by an earlier agent.
    if (this.#admitted || this.#seen.sandboxes.length > 0) {
      this.#admitted = true;
      return undefined;
    }
    const refusal = refusalOf(this.#pod, this.#neighbours.besides(this.#pod.metadata.uid), this.#context.node.allocatable);
    this.#admitted = refusal === undefined;
    if (!refusal) return undefined;
    const { reason, message } = refusal;
    this.#context.note({ pod: this.#pod, type: "Warning", reason, message });
    return { reason, message: `Pod was rejected: ${message}` };
  }

  #podIps(): readonly string[] {
    if (this.#pod.spec.hostNetwork) return this.#context.node.ips;
    return judgeSandbox(this.#pod, this.#seen).usable?.ips ?? [];
  }

  /** @returns when to try again what could not be done now */
  async #carryOut(plan: Plan): Promise<number | undefined> {
    if (plan.stopAll) await this.#stopAll();
    await this.#volumes.bringUpToDate(this.#pod, this.#podIps());
    if (plan.sandbox !== undefined) {
      await makeSandbox(this.#pod, plan.sandbox, this.#context);
      this.poke();
      return undefined;
    }
    await Promise.all(plan.kill.map((kill) => this.#stops.kill(this.#pod, kill, this.#podIps()[0] ?? "")));
    let retryAt: number | undefined;
    for (const start of plan.start) {
      const at = await this.#start(start);
      if (at !== undefined) retryAt = Math.min(retryAt ?? at, at);
      // A deletion doesn't wait for the rest.
      if (this.#pod.metadata.deletionTimestamp || this.#forgotten || this.#loop.over) break;
    }
    await this.#resize(plan);
    if (plan.kill.length + plan.start.length + plan.resize.length > 0) this.#seen = await this.#observer.look();
    return retryAt;
  }

  async #resize({ resize }: Plan): Promise<void> {
    try {
      await setAmounts(this.#pod, resize, this.#context);
      this.#resizeError = undefined;
    } catch (error) {
      // What runs goes on with the amounts that it has.
      this.#resizeError = (error as Error).message;
    }
  }

  /** @returns when to try again; undefined when it was started */
  async #start(start: Start): Promise<number | undefined> {
    const sandbox = judgeSandbox(this.#pod, this.#seen).usable;
    if (!sandbox) return undefined;
    const statuses = [...(this.#last.containerStatuses ?? []), ...(this.#last.initContainerStatuses ?? [])];
    const retryAtMs = await this.#attempts.start({
      ...start,
      pod: this.#pod,
      seen: this.#seen,
      sandboxId: sandbox.id,
      sandbox: sandboxOf(this.#pod, sandbox.attempt, this.#context),
      podIps: this.#podIps(),
      volumes: this.#volumes.prepared,
      lastRestartCount: statusNamed(statuses, start.container.name)?.restartCount,
      signal: this.#interruption.signal,
    });
    if (retryAtMs === undefined) this.poke();
    return retryAtMs;
  }

  async #stopAll(): Promise<void> {
    if (this.#stops.isStopped(this.#seen)) return;
    this.#probes.stopping();
    await this.#stops.stop(this.#pod, this.#seen, this.#forgotten ? Math.max(1, graceSeconds(this.#pod)) : graceSeconds(this.#pod));
    this.#seen = await this.#observer.look();
  }

  /** Stops everything, reports the end, and, where the pod is deleted, removes every trace. */
  async #end(): Promise<void> {
    if (!this.#forgotten) await this.#report(false);
    await this.#stopAll();
    if (!this.#forgotten) await this.#report(true);
    await removeFromDisk(this.#pod, this.#context);
    this.#volumes.forget();
    if (!this.#forgotten && !this.#pod.metadata.deletionTimestamp) return;
    if (!this.#forgotten) await this.#reports.deleted(this.#pod);
    // The API's word that the pod is gone comes back as forget(); its logs stay readable until then.
    if (!this.#forgotten) return;
    await removeFromRuntime(this.#pod, this.#seen, this.#context);
    this.#loop.end();
  }

  /** @param over nothing of the pod runs or will run again */
  async #report(over: boolean): Promise<void> {
    const { node, runtimeName, clock } = this.#context;
    this.#last = podStatus({
      pod: this.#pod,
      seen: this.#seen,
      last: this.#last,
      nodeIps: node.ips,
      runtimeName,
      now: clock.now(),
      over,
      verdict: this.#verdict,
      nodeMemory: node.memoryBytes,
      resize: { pending: this.#pending, error: this.#resizeError },
      waiting: (name) => this.#attempts.waiting(name),
      probes: (id) => this.#probes.verdict(id),
    });
    const told = this.#reports.status(this.#pod, this.#last);
    // Only an end must be known before anything follows from it.
    if (over) await told;
    else told.catch((error: Error) => this.#context.log.warn("status not told", { pod: podKey(this.#pod), error: error.message }));
  }
}
