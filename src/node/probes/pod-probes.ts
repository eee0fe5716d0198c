/** The probes of one pod's running containers, each at its own pace; what they found is kept by container id. */

import type { Container, Probe } from "../../api/tables/core-v1.ts";
import { type AgentPod, type ContainerKind, containersOf, isSidecar } from "../pods/agent-pod.ts";
import type { AgentContext } from "../pods/context.ts";
import { isRunning, newest, type PodSeen } from "../pods/seen.ts";
import type { ProbeVerdict } from "../pods/status/container-status.ts";
import { countResult, newSeries, type ProbeType, type Series } from "./probe-series.ts";
import { runProbe } from "./run-probe.ts";

interface Running {
  readonly pod: AgentPod;
  readonly kind: ContainerKind;
  readonly container: Container;
  readonly id: string;
  readonly startedAtMs: number;
  readonly podIp: string;
}

const TITLES: Readonly<Record<ProbeType, string>> = { startup: "Startup", liveness: "Liveness", readiness: "Readiness" };

export class PodProbes {
  readonly #context: AgentContext;
  readonly #onChange: () => void;
  readonly #series = new Map<string, Map<ProbeType, Series>>();
  readonly #cancel = new Map<string, () => void>();
  #stopping = false;

  constructor(context: AgentContext, onChange: () => void) {
    this.#context = context;
    this.#onChange = onChange;
  }

  verdict(id: string): ProbeVerdict | undefined {
    const series = this.#series.get(id);
    if (!series) return undefined;
    const of = (type: ProbeType) => series.get(type)?.verdict;
    const [startup, readiness, liveness] = [of("startup"), of("readiness"), of("liveness")];
    return { ...(startup !== undefined && { startup }), ...(readiness !== undefined && { readiness }), ...(liveness !== undefined && { liveness }) };
  }

  /** An agent that has just started believes what was reported, so that a pod isn't taken out of service for an instant. */
  recall(id: string, ready: boolean, started: boolean): void {
    if (this.#series.has(id)) return;
    const known = (verdict: boolean): Series => ({ verdict, last: verdict, inARow: 1 });
    const series = new Map<ProbeType, Series>();
    if (started) series.set("startup", known(true));
    if (ready) series.set("readiness", known(true));
    this.#series.set(id, series);
  }

  /** Starts probing what runs now, and forgets what doesn't. */
  update(pod: AgentPod, seen: PodSeen, podIp: string): void {
    const alive = new Set<string>();
    for (const { kind, container } of containersOf(pod.spec)) {
      const found = newest(seen, container.name);
      if (!isRunning(found) || kind === "ephemeral" || (kind === "init" && !isSidecar(container))) continue;
      alive.add(found.id);
      if (this.#cancel.has(found.id)) continue;
      this.#start({ pod, kind, container, id: found.id, startedAtMs: found.startedAtMs, podIp });
    }
    for (const [id, cancel] of this.#cancel) {
      if (alive.has(id)) continue;
      cancel();
      this.#cancel.delete(id);
      this.#series.delete(id);
    }
  }

  /** A pod that ends must no longer be restarted, but may still say that it isn't ready. */
  stopping(): void {
    this.#stopping = true;
  }

  stop(): void {
    for (const cancel of this.#cancel.values()) cancel();
    this.#cancel.clear();
  }

  #start(running: Running): void {
    const { startupProbe, livenessProbe, readinessProbe } = running.container;
    const cancels: (() => void)[] = [];
    const of: readonly (readonly [ProbeType, Probe | undefined])[] = [
      ["startup", startupProbe],
      ["liveness", livenessProbe],
      ["readiness", readinessProbe],
    ];
    for (const [type, probe] of of) if (probe) cancels.push(this.#loop(running, type, probe));
    this.#cancel.set(running.id, () => {
      for (const cancel of cancels) cancel();
    });
  }

  #loop(running: Running, type: ProbeType, probe: Probe): () => void {
    const { clock } = this.#context;
    const periodMs = (probe.periodSeconds ?? 10) * 1000;
    let cancelTimer = (): void => undefined;
    let cancelled = false;
    const after = (delayMs: number) => {
      if (!cancelled) cancelTimer = clock.after(delayMs, () => void tick());
    };
    const tick = async (): Promise<void> => {
      if (this.#stopping && type !== "readiness") return;
      const started = !running.container.startupProbe || this.#seriesOf(running.id, "startup").verdict === true;
      // The startup probe's work ends with its first success; the others' begins there.
      if (type === "startup" && started) return;
      if (type === "startup" || started) await this.#try(running, type, probe, () => cancelled);
      after(periodMs);
    };
    const sinceStart = clock.now() - running.startedAtMs;
    after(Math.max(0, (probe.initialDelaySeconds ?? 0) * 1000 - sinceStart));
    return () => {
      cancelled = true;
      cancelTimer();
    };
  }

  async #try({ pod, kind, container, id, podIp }: Running, type: ProbeType, probe: Probe, cancelled: () => boolean): Promise<void> {
    const result = await runProbe(probe, { container, containerId: id, podIp }, this.#context);
    if (cancelled()) return;
    const say = (reason: string, message: string) => this.#context.note({ pod, container: { kind, name: container.name }, type: "Warning", reason, message });
    if (!result.ok) say("Unhealthy", `${TITLES[type]} probe failed: ${result.message}`);
    else if (result.warning) say("ProbeWarning", `${TITLES[type]} probe warning: ${result.message}`);
    const before = this.#seriesOf(id, type);
    const after = countResult(before, result.ok, probe);
    const series = this.#series.get(id) ?? new Map<ProbeType, Series>();
    this.#series.set(id, series.set(type, after));
    if (after.verdict !== before.verdict) this.#onChange();
  }

  #seriesOf(id: string, type: ProbeType): Series {
    return this.#series.get(id)?.get(type) ?? newSeries;
  }
}
