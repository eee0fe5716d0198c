/** A running pod's volumes: made before its first container, and kept up to date as the objects change that they are made of. */

import { PodVolumes } from "../volumes/pod-volumes.ts";
import type { PreparedVolume } from "../volumes/volume-kind.ts";
import type { AgentPod } from "./agent-pod.ts";
import { podFolder } from "./config/names.ts";
import type { AgentContext } from "./context.ts";

/** Contents are looked at again this often (tokens grow old), and whenever an object that they are made of changes. */
const REFRESH_MS = 60_000;

export class LiveVolumes {
  readonly #context: AgentContext;
  readonly #volumes = new PodVolumes();
  #prepared: ReadonlyMap<string, PreparedVolume> = new Map();
  #preparedAtMs = 0;
  #stale = true;

  constructor(context: AgentContext) {
    this.#context = context;
  }

  /** By name; empty until they are made. */
  get prepared(): ReadonlyMap<string, PreparedVolume> {
    return this.#prepared;
  }

  /** When the contents are to be looked at again. */
  get refreshAtMs(): number | undefined {
    return this.#prepared.size > 0 ? this.#preparedAtMs + REFRESH_MS : undefined;
  }

  /** Something that they are made of may have changed. */
  markStale(): void {
    this.#stale = true;
  }

  /** @throws VolumeError where they can't be made; what was made once stays as it is then */
  async bringUpToDate(pod: AgentPod, podIps: readonly string[]): Promise<void> {
    const now = this.#context.clock.now();
    if (!this.#stale && now < this.#preparedAtMs + REFRESH_MS) return;
    const { node, folders, objects, tokens, certificates } = this.#context;
    const addresses = { podIps, hostIps: node.ips };
    this.#stale = false;
    try {
      this.#prepared = await this.#volumes.prepare({
        pod,
        podFolder: podFolder(folders, pod.metadata.uid),
        objects,
        tokens,
        certificates,
        addresses,
        allocatable: node.allocatable,
        now,
      });
      this.#preparedAtMs = now;
    } catch (error) {
      this.#stale = true;
      this.#context.note({ pod, type: "Warning", reason: "FailedMount", message: (error as Error).message });
      if (this.#prepared.size === 0) throw error;
    }
  }

  /** They were removed from the disk. */
  forget(): void {
    this.#prepared = new Map();
    this.#stale = true;
  }
}
