/** Brings a container's image onto the node, as its pull policy says; one pull at a time, and fewer and fewer tries for one that fails. */

import type { Container, Secret } from "../../api/tables/core-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { AgentPod, ContainerKind } from "../pods/agent-pod.ts";
import type { Note } from "../pods/context.ts";
import { goDuration } from "../pods/go-text.ts";
import { BackOff } from "../pods/plan/back-off.ts";
import type { ContainerRuntime, ImageInfo } from "../runtime/container-runtime.ts";
import type { AuthConfig, PodSandboxConfig } from "../runtime/cri/cri.ts";
import { credentialsFor } from "./credentials.ts";

/** Why an image isn't there: what the container's status says while it waits. */
export class ImageError extends Error {
  override name = "ImageError";
  readonly reason: string;
  /** When to try again; undefined: when something changes. */
  readonly retryAtMs: number | undefined;
  constructor(reason: string, message: string, retryAtMs?: number) {
    super(message);
    this.reason = reason;
    this.retryAtMs = retryAtMs;
  }
}

export interface ImageAsk {
  readonly pod: AgentPod;
  readonly kind: ContainerKind;
  readonly container: Container;
  readonly secrets: readonly Secret[];
  readonly sandbox: PodSandboxConfig;
}

export interface ImagePuller {
  /** @returns the image as the runtime knows it. @throws ImageError */
  ensure(ask: ImageAsk): Promise<ImageInfo>;
}

export interface PullerOptions {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  note(note: Note): void;
}

const REMEMBERED = 1000;

interface Failure {
  readonly atMs: number;
  readonly message: string;
}

export function createImagePuller({ runtime, clock, note }: PullerOptions): ImagePuller {
  const backOff = new BackOff();
  const failures = new Map<string, Failure>();
  let queue: Promise<unknown> = Promise.resolve();

  /** One after another: a slow disk and a slow line are not made faster by doing more at once. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn;
  }

  /** Pods that are gone leave their failures behind. */
  function forgetOldest(): void {
    const [oldest] = failures.keys();
    if (failures.size <= REMEMBERED || oldest === undefined) return;
    failures.delete(oldest);
    backOff.forget(oldest);
  }

  async function pull(image: string, sandbox: PodSandboxConfig, secrets: readonly Secret[]): Promise<void> {
    const attempts: (AuthConfig | undefined)[] = credentialsFor(image, secrets);
    if (attempts.length === 0) attempts.push(undefined);
    const errors: unknown[] = [];
    for (const auth of attempts) {
      try {
        await runtime.pullImage(image, sandbox, auth);
        return;
      } catch (error) {
        errors.push(error);
      }
    }
    throw errors[0];
  }

  async function ensure({ pod, kind, container, secrets, sandbox }: ImageAsk): Promise<ImageInfo> {
    const image = container.image ?? "";
    const policy = container.imagePullPolicy ?? "IfNotPresent";
    const say = (type: Note["type"], reason: string, message: string) => note({ pod, container: { kind, name: container.name }, type, reason, message });
    if (!/^[\w.-]+(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@[\w+.-]+:[0-9a-f]+)?$/.test(image)) {
      const message = `Failed to apply default image tag ${JSON.stringify(image)}: couldn't parse image name ${JSON.stringify(image)}: invalid reference format`;
      say("Warning", "InspectFailed", message);
      throw new ImageError("InvalidImageName", message);
    }
    const present = policy === "Always" ? undefined : await runtime.imageStatus(image);
    if (present) {
      say("Normal", "Pulled", `Container image ${JSON.stringify(image)} already present on machine and can be accessed by the pod`);
      return present;
    }
    if (policy === "Never") {
      const message = `Container image ${JSON.stringify(image)} is not present with pull policy of Never`;
      say("Warning", "ErrImageNeverPull", message);
      throw new ImageError("ErrImageNeverPull", message);
    }
    const key = `${pod.metadata.uid} ${image}`;
    const earlier = failures.get(key);
    if (earlier && backOff.remainingMs(key, earlier.atMs, clock.now()) > 0) {
      const message = `Back-off pulling image ${JSON.stringify(image)}`;
      say("Normal", "BackOff", message);
      throw new ImageError("ImagePullBackOff", `${message}: ${earlier.message}`, earlier.atMs + backOff.delayMs(key));
    }
    say("Normal", "Pulling", `Pulling image ${JSON.stringify(image)}`);
    const askedAt = clock.now();
    try {
      const startedAt = await inTurn(async () => {
        const began = clock.now();
        await pull(image, sandbox, secrets);
        return began;
      });
      const pulled = await runtime.imageStatus(image);
      if (!pulled) throw new Error(`the runtime pulled ${image} and does not have it`);
      failures.delete(key);
      backOff.forget(key);
      const [own, whole] = [clock.now() - startedAt, clock.now() - askedAt].map(goDuration);
      say(
        "Normal",
        "Pulled",
        `Successfully pulled image ${JSON.stringify(image)} in ${own} (${whole} including waiting). Image size: ${pulled.sizeBytes} bytes.`,
      );
      return pulled;
    } catch (error) {
      const message = (error as Error).message;
      say("Warning", "Failed", `Failed to pull image ${JSON.stringify(image)}: ${message}`);
      backOff.next(key, earlier?.atMs ?? clock.now(), clock.now());
      failures.set(key, { atMs: clock.now(), message: `ErrImagePull: ${message}` });
      forgetOldest();
      throw new ImageError("ErrImagePull", message, clock.now() + backOff.delayMs(key));
    }
  }

  return { ensure };
}
