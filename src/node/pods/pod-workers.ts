/** All pods of this node: one worker each, woken by what changes in the API and in the runtime. */

import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { type AgentPod, agentPod } from "./agent-pod.ts";
import { ANNOTATION, LABEL } from "./config/names.ts";
import type { AgentContext } from "./context.ts";
import { type Neighbours, PodWorker, type WorkerReports } from "./pod-worker.ts";
import { removeStrays } from "./remove-pod.ts";

/** The runtime tells nobody when a container ends (1.6 has no events), so it is asked. */
const RELIST_MS = 1000;

export class PodWorkers implements Neighbours {
  readonly #context: AgentContext;
  readonly #reports: WorkerReports;
  readonly #workers = new Map<string, PodWorker>();
  /** What the runtime showed of each pod at the last look, as one text. */
  #fingerprints = new Map<string, string>();
  #relistedAtMs = 0;
  #stopped = false;
  #cancel = (): void => undefined;

  constructor(context: AgentContext, reports: WorkerReports) {
    this.#context = context;
    this.#reports = reports;
  }

  get all(): readonly PodWorker[] {
    return [...this.#workers.values()];
  }

  get(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  find(namespace: string, name: string): PodWorker | undefined {
    return this.all.find(({ pod }) => pod.metadata.namespace === namespace && pod.metadata.name === name);
  }

  besides(uid: string): readonly AgentPod[] {
    return this.all.filter(({ pod, holds }) => holds && pod.metadata.uid !== uid).map(({ pod }) => pod);
  }

  /** When the runtime last answered; a node whose runtime is silent isn't ready. */
  get relistedAtMs(): number {
    return this.#relistedAtMs;
  }

  /** A pod of this node was added or changed. */
  set(pod: AgentPod): void {
    const { uid } = pod.metadata;
    const worker = this.#workers.get(uid);
    if (worker) worker.update(pod);
    else this.#add(pod);
  }

  /** A pod is gone from the API. */
  remove(uid: string): void {
    this.#workers.get(uid)?.forget();
  }

  /** Begins to look at the runtime. @param known UIDs in the API: what else runs here is stopped and removed */
  async start(known: ReadonlySet<string>): Promise<void> {
    await this.#adoptOrphans(known);
    await removeStrays(new Set([...known, ...this.#workers.keys()]), this.#context);
    const round = async (): Promise<void> => {
      await this.#relist().catch((error: Error) => this.#context.log.warn("the runtime does not answer", { error: error.message }));
      if (!this.#stopped) this.#cancel = this.#context.clock.after(RELIST_MS, () => void round());
    };
    await round();
  }

  /** The agent ends; the pods go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    for (const worker of this.all) worker.stop();
    await Promise.all(this.all.map(({ done }) => done));
  }

  #add(pod: AgentPod): void {
    const { uid } = pod.metadata;
    const worker = new PodWorker(pod, this.#context, this.#reports, this);
    this.#workers.set(uid, worker);
    void worker.done.then(() => this.#workers.delete(uid));
  }

  /** Pods that the API forgot while no agent was looking. */
  async #adoptOrphans(known: ReadonlySet<string>): Promise<void> {
    for (const sandbox of await this.#context.runtime.listSandboxes()) {
      if (!sandbox.podUid || known.has(sandbox.podUid) || this.#workers.has(sandbox.podUid)) continue;
      const containers = await this.#context.runtime.listContainers(sandbox.podUid);
      this.#add(
        agentPod({
          metadata: { name: sandbox.name, namespace: sandbox.namespace, uid: sandbox.podUid },
          spec: {
            containers: [...new Set(containers.map(({ labels, name }) => labels[LABEL.containerName] ?? name))].map((name) => ({ name })),
            terminationGracePeriodSeconds: Number(sandbox.annotations[ANNOTATION.graceSeconds] ?? 30),
          },
        }),
      );
      this.remove(sandbox.podUid);
    }
  }

  async #relist(): Promise<void> {
    const found = await fingerprints(this.#context.runtime);
    this.#relistedAtMs = this.#context.clock.now();
    for (const uid of new Set([...found.keys(), ...this.#fingerprints.keys()])) {
      if (found.get(uid) !== this.#fingerprints.get(uid)) this.#workers.get(uid)?.poke();
    }
    this.#fingerprints = found;
  }
}

async function fingerprints(runtime: ContainerRuntime): Promise<Map<string, string>> {
  const [sandboxes, containers] = await Promise.all([runtime.listSandboxes(), runtime.listContainers()]);
  const found = new Map<string, string>();
  const add = (uid: string, text: string) => found.set(uid, `${found.get(uid) ?? ""} ${text}`);
  for (const { podUid, id, ready } of sandboxes) add(podUid, `${id}=${ready}`);
  for (const { labels, id, state } of containers) add(labels[LABEL.podUid] ?? "", `${id}=${state}`);
  return found;
}
