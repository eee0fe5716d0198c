/** Looks at a pod in the runtime: its sandboxes and containers with all that is known of them. What can't change any more is asked for once. */

import { constants } from "node:fs";
import { open, readFile } from "node:fs/promises";
import type { ContainerRuntime, ContainerStatus, ContainerSummary, SandboxStatus } from "../runtime/container-runtime.ts";
import { ANNOTATION } from "./config/names.ts";
import type { PodSeen } from "./seen.ts";

const MESSAGE_MAX_BYTES = 4096;
const LOG_TAIL_MAX_BYTES = 2048;
const LOG_TAIL_MAX_LINES = 80;

export class Observer {
  readonly #runtime: ContainerRuntime;
  readonly #podUid: string;
  readonly #exited = new Map<string, ContainerStatus>();

  constructor(runtime: ContainerRuntime, podUid: string) {
    this.#runtime = runtime;
    this.#podUid = podUid;
  }

  async look(): Promise<PodSeen> {
    const [sandboxes, containers] = await Promise.all([this.#runtime.listSandboxes(this.#podUid), this.#runtime.listContainers(this.#podUid)]);
    const [sandboxStatuses, containerStatuses] = await Promise.all([
      Promise.all(sandboxes.map(({ id }) => this.#runtime.sandboxStatus(id))),
      Promise.all(containers.map((container) => this.#statusOf(container))),
    ]);
    const alive = new Set(containers.map(({ id }) => id));
    for (const id of this.#exited.keys()) if (!alive.has(id)) this.#exited.delete(id);
    return {
      sandboxes: sandboxStatuses.filter((status): status is SandboxStatus => status !== undefined).toSorted(newestFirst),
      containers: containerStatuses.filter((status): status is ContainerStatus => status !== undefined).toSorted(newestFirst),
    };
  }

  async #statusOf(summary: ContainerSummary): Promise<ContainerStatus | undefined> {
    const known = this.#exited.get(summary.id);
    if (known) return known;
    const status = await this.#runtime.containerStatus(summary.id);
    if (!status) return undefined;
    // Only the list says which sandbox a container is in.
    const whole: ContainerStatus = { ...status, sandboxId: summary.sandboxId };
    // A child that was killed for memory leaves this reason on a container that goes on.
    if (whole.state !== "CONTAINER_EXITED") return { ...whole, reason: "", message: "" };
    const message = (await terminationMessage(whole).catch(() => "")) || whole.message;
    const exited = { ...whole, message };
    this.#exited.set(summary.id, exited);
    return exited;
  }
}

function newestFirst(a: { createdAtMs: number; attempt: number }, b: { createdAtMs: number; attempt: number }): number {
  return b.createdAtMs - a.createdAtMs || b.attempt - a.attempt;
}

/** What the container wrote for whoever asks why it ended; by policy the end of its log, where it failed and wrote nothing. */
async function terminationMessage({ annotations, exitCode, logPath }: ContainerStatus): Promise<string> {
  const file = annotations[ANNOTATION.messageFile];
  const written = file ? await readHead(file, MESSAGE_MAX_BYTES).catch(() => "") : "";
  if (written || exitCode === 0 || annotations[ANNOTATION.messagePolicy] !== "FallbackToLogsOnError") return written;
  return logTail(await readFile(logPath, "utf8"));
}

async function readHead(path: string, maxBytes: number): Promise<string> {
  // The container's own file: it may be anything by now, so it is opened without waiting and read only if it is a plain file.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    if (!(await handle.stat()).isFile()) return "";
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.subarray(0, bytesRead).toString();
  } finally {
    await handle.close();
  }
}

/** @param log in the runtime's form: `TIME STREAM TAG TEXT` */
function logTail(log: string): string {
  const lines = log.trimEnd().split("\n").slice(-LOG_TAIL_MAX_LINES);
  const text = lines.map((line) => {
    const [, , tag, ...words] = line.split(" ");
    return words.join(" ") + (tag === "P" ? "" : "\n");
  });
  return Buffer.from(text.join("")).subarray(-LOG_TAIL_MAX_BYTES).toString();
}
