/** Tells the API the status of this node's pods: the newest only, never the same twice, one request a pod at a time. */

import { Pod } from "../../api/resources.ts";
import type { Pod as PodObject, PodStatus } from "../../api/tables/core-v1.ts";
import type { Client } from "../../client/client.ts";
import type { Clock } from "../../machinery/clock.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import { pause } from "../loops.ts";
import type { AgentPod } from "../pods/agent-pod.ts";
import type { WorkerReports } from "../pods/pod-worker.ts";
import { OWNED_CONDITIONS } from "../pods/status/conditions.ts";

const RETRY_MIN_MS = 200;
const RETRY_MAX_MS = 10_000;
/** Parts of the status that are the agent's, and are taken away where it has nothing to say. */
const OWNED: readonly (keyof PodStatus)[] = [
  "message",
  "reason",
  "podIP",
  "podIPs",
  "initContainerStatuses",
  "containerStatuses",
  "ephemeralContainerStatuses",
];

interface Told {
  wanted: PodStatus;
  /** The API's newest version that is known here. */
  base: PodObject;
  work: Promise<void> | undefined;
  lastText: string;
}

export class StatusReporter implements WorkerReports {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #told = new Map<string, Told>();

  constructor(client: Client, clock: Clock, signal: AbortSignal) {
    this.#client = client;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** A version of the pod arrived from the API. */
  saw(pod: AgentPod): void {
    const told = this.#told.get(pod.metadata.uid);
    if (told && Number(pod.metadata.resourceVersion) >= Number(told.base.metadata.resourceVersion)) told.base = pod;
  }

  forget(uid: string): void {
    this.#told.delete(uid);
  }

  status(pod: AgentPod, status: PodStatus): Promise<void> {
    const { uid } = pod.metadata;
    const told = this.#told.get(uid) ?? { wanted: status, base: pod, work: undefined, lastText: "" };
    this.#told.set(uid, told);
    told.wanted = status;
    told.work ??= this.#send(told).finally(() => {
      told.work = undefined;
    });
    return told.work;
  }

  async deleted(pod: AgentPod): Promise<void> {
    const { namespace, name, uid } = pod.metadata;
    try {
      await this.#client.delete(Pod, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      // Gone already, or another pod of that name by now.
      if (!(error instanceof StatusError && (error.status.code === 404 || error.status.code === 409))) throw error;
    }
  }

  async #send(told: Told): Promise<void> {
    for (let failures = 0; !this.#signal.aborted; ) {
      const status = told.wanted;
      const text = JSON.stringify(status);
      if (text === told.lastText) return;
      try {
        told.base = await this.#patch(told.base, status);
        told.lastText = text;
        failures = 0;
        if (told.wanted === status) return;
      } catch (error) {
        if (error instanceof StatusError) {
          if (error.status.code === 404) return;
          if (error.status.code === 409) {
            const { namespace = "", name = "", uid } = told.base.metadata;
            const newest = await this.#client.find(Pod, namespace, name).catch(() => told.base);
            if (!newest || newest.metadata.uid !== uid) return;
            told.base = newest;
            if (failures++ < 3) continue;
          }
        }
        await pause(this.#clock, Math.min(RETRY_MIN_MS * 2 ** failures, RETRY_MAX_MS));
        failures++;
      }
    }
  }

  /** A merge patch replaces lists whole, so it names the version that the conditions of others were read from. */
  #patch(base: PodObject, status: PodStatus): Promise<PodObject> {
    const { namespace = "", name = "", uid, resourceVersion } = base.metadata;
    const others = (base.status?.conditions ?? []).filter(({ type }) => !OWNED_CONDITIONS.has(type));
    const own = (status.conditions ?? []).filter(({ type }) => OWNED_CONDITIONS.has(type));
    const gone = OWNED.filter((key) => status[key] === undefined && base.status?.[key] !== undefined);
    const body = {
      metadata: { uid, resourceVersion },
      status: { ...status, conditions: [...own, ...others], ...Object.fromEntries(gone.map((key) => [key, null])) },
    };
    return this.#client.patch(Pod, namespace, name, body, { type: "merge", subresource: "status" });
  }
}
