/** Starts one container: image, environment, mounts, create, start, postStart hook. */

import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import type { Secret } from "../../api/tables/core-v1.ts";
import { HOOK_MAX_MS, runHook } from "../hooks/run-hook.ts";
import { ImageError } from "../images/image-puller.ts";
import type { Mount, PodSandboxConfig } from "../runtime/cri/cri.ts";
import type { PreparedVolume } from "../volumes/volume-kind.ts";
import type { AgentPod } from "./agent-pod.ts";
import { containerConfig } from "./config/container-config.ts";
import { containerMounts } from "./config/container-mounts.ts";
import { environmentOf } from "./config/environment.ts";
import { hostNames, hostsFile } from "./config/hosts-file.ts";
import { legacyLogLink, logPath, podFolder, podLogFolder } from "./config/names.ts";
import type { AgentContext } from "./context.ts";
import { Grace, killContainer } from "./kill-container.ts";
import type { Start } from "./plan/judge.ts";
import { newest, type PodSeen } from "./seen.ts";

/** Why a container could not be started: its status says so until it can. */
export class StartError extends Error {
  override name = "StartError";
  readonly reason: string;
  readonly retryAtMs: number | undefined;
  constructor(reason: string, message: string, retryAtMs?: number) {
    super(message);
    this.reason = reason;
    this.retryAtMs = retryAtMs;
  }
}

export interface StartFacts extends Start {
  readonly pod: AgentPod;
  readonly seen: PodSeen;
  readonly sandboxId: string;
  readonly sandbox: PodSandboxConfig;
  readonly podIps: readonly string[];
  readonly volumes: ReadonlyMap<string, PreparedVolume>;
  readonly lastRestartCount: number | undefined;
  /** Aborts where the pod is being deleted. */
  readonly signal: AbortSignal;
}

/** @throws StartError; whatever it is where the signal aborted */
export async function startContainer(facts: StartFacts, context: AgentContext): Promise<void> {
  const { pod, kind, container, seen } = facts;
  const { runtime } = context;
  const say = (type: "Normal" | "Warning", reason: string, message: string) =>
    context.note({ pod, container: { kind, name: container.name }, type, reason, message });
  const failing =
    (reason: string, event: string) =>
    (error: unknown): never => {
      const message = (error as Error).message;
      say("Warning", event, `Error: ${message}`);
      throw new StartError(reason, message);
    };
  const secrets = await pullSecrets(pod, context);
  const image = await unless(facts.signal, context.images.ensure({ pod, kind, container, secrets, sandbox: facts.sandbox })).catch((error: unknown) => {
    if (facts.signal.aborted) throw error;
    if (!(error instanceof ImageError)) return failing("ImageInspectError", "InspectFailed")(error);
    say("Warning", "Failed", `Error: ${error.reason}`);
    throw new StartError(error.reason, error.message, error.retryAtMs);
  });
  const attempt = await nextAttempt(facts, context);
  const config = await configOf(facts, attempt, image, context).catch(failing("CreateContainerConfigError", "Failed"));
  const id = await runtime.createContainer(facts.sandboxId, config, facts.sandbox).catch(failing("CreateContainerError", "Failed"));
  say("Normal", "Created", "Container created");
  await runtime.startContainer(id).catch(failing("RunContainerError", "Failed"));
  say("Normal", "Started", "Container started");
  await mkdir(context.folders.containerLogs, { recursive: true });
  const log = `${podLogFolder(context.folders, pod)}/${logPath(container.name, attempt)}`;
  await symlink(log, legacyLogLink(context.folders, pod, container.name, id)).catch(() => undefined);

  const hook = container.lifecycle?.postStart;
  if (!hook) return;
  const podIp = facts.podIps[0] ?? "";
  await unless(facts.signal, runHook({ hook, container, containerId: id, podIp, timeoutMs: HOOK_MAX_MS }, context)).catch(async (error: Error) => {
    if (facts.signal.aborted) return;
    // What the hook printed stays out of the event: it may hold secrets.
    say("Warning", "FailedPostStartHook", "PostStartHook failed");
    const grace = new Grace(Number(pod.spec.terminationGracePeriodSeconds ?? 30), () => context.clock.now());
    await killContainer({ pod, kind, container, id, podIp, grace, message: "FailedPostStartHook" }, context);
    throw new StartError("PostStartHookError", error.message);
  });

  async function nextAttempt({ lastRestartCount }: StartFacts, { folders }: AgentContext): Promise<number> {
    const found = newest(seen, container.name);
    if (found) return found.attempt + 1;
    // The runtime may have lost its records; a log must not be overwritten.
    const logs = await readdir(`${podLogFolder(folders, pod)}/${container.name}`).catch(() => []);
    const used = logs.flatMap((name) => /^(\d+)\.log/.exec(name)?.[1] ?? []).map(Number);
    return Math.max(used.length > 0 ? Math.max(...used) + 1 : 0, lastRestartCount === undefined || used.length > 0 ? 0 : lastRestartCount);
  }
}

/** Waits for the work, but no longer than until the signal aborts; the work itself goes on. */
function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error("the pod is being deleted"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

async function pullSecrets({ metadata, spec }: AgentPod, { objects }: AgentContext): Promise<Secret[]> {
  const found = await Promise.all((spec.imagePullSecrets ?? []).map(({ name }) => objects.secret(metadata.namespace, name ?? "").catch(() => undefined)));
  return found.filter((secret): secret is Secret => secret !== undefined);
}

type Image = Awaited<ReturnType<AgentContext["images"]["ensure"]>>;

async function configOf(facts: StartFacts, attempt: number, image: Image, context: AgentContext) {
  const { pod, container, podIps, seen, target } = facts;
  const folder = podFolder(context.folders, pod.metadata.uid);
  const { allocatable, ips: hostIps, memoryBytes } = context.node;
  const environment = await environmentOf({ pod, container, objects: context.objects, addresses: { podIps, hostIps }, allocatable });
  const mounts = await containerMounts({ container, volumes: facts.volumes, environment, podFolder: folder });
  const messageFolder = `${folder}/containers/${container.name}`;
  await mkdir(messageFolder, { recursive: true, mode: 0o750 });
  const messageFile = `${messageFolder}/${createHash("sha256").update(`${attempt} ${facts.sandboxId}`).digest("hex").slice(0, 8)}`;
  await writeFile(messageFile, "");
  // Whoever the container runs as must be able to write it, whatever the umask says.
  await chmod(messageFile, 0o666);
  await mkdir(`${podLogFolder(context.folders, pod)}/${container.name}`, { recursive: true, mode: 0o755 });
  return containerConfig({
    pod,
    container,
    attempt,
    imageRef: image.id,
    image,
    environment,
    mounts: [...mounts, ...(await hostsMount(facts, folder, context))],
    messageFile,
    seccompFolder: context.seccompFolder,
    nodeMemory: memoryBytes,
    ...(target && { target: newest(seen, target)?.id ?? target }),
  });
}

/** /etc/hosts is the agent's, unless the pod mounts something there itself. */
async function hostsMount({ pod, container, podIps }: StartFacts, folder: string, { dns }: AgentContext): Promise<Mount[]> {
  if (container.volumeMounts?.some(({ mountPath }) => mountPath === "/etc/hosts")) return [];
  const file = `${folder}/etc-hosts`;
  const host = pod.spec.hostNetwork ? await readFile("/etc/hosts", "utf8").catch(() => "") : "";
  await writeFile(file, hostsFile(pod, podIps, hostNames(pod, dns.clusterDomain), host), { mode: 0o644 });
  return [{ container_path: "/etc/hosts", host_path: file }];
}
