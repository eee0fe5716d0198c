/** One try of a probe, of whatever kind it is. */

import type { Container, Probe } from "../../api/tables/core-v1.ts";
import { type Dialer, PURPOSES } from "../../machinery/dialer.ts";
import { expand } from "../pods/config/expand.ts";
import { RuntimeError } from "../runtime/channel.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { grpcProbe } from "./grpc-probe.ts";
import { httpGet, portOf } from "./http-get.ts";
import type { ProbeResult } from "./probe-result.ts";

const OUTPUT_MAX_BYTES = 10 * 1024;
const DEADLINE_EXCEEDED = 4;

export interface ProbeTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIp: string;
}

/** A probe that can't be tried at all has failed, and says why. */
export async function runProbe(
  probe: Probe,
  target: ProbeTarget,
  { runtime, dialer }: { readonly runtime: ContainerRuntime; readonly dialer: Dialer },
): Promise<ProbeResult> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  const { container, containerId, podIp } = target;
  try {
    if (probe.exec) return await execProbe(runtime, containerId, probe.exec.command ?? [], container, timeoutMs);
    if (probe.httpGet) return await httpGet(dialer, { action: probe.httpGet, container, podIp, timeoutMs });
    if (probe.grpc) return await grpcProbe(probe.grpc, podIp, timeoutMs);
    if (!probe.tcpSocket) return { ok: false, message: `missing probe handler for container ${container.name}` };
    const port = portOf(container, probe.tcpSocket.port);
    const socket = await dialer.tcp({ purpose: PURPOSES.probe, host: probe.tcpSocket.host || podIp, port, timeoutMs });
    socket.destroy();
    return { ok: true, message: "" };
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  }
}

async function execProbe(runtime: ContainerRuntime, id: string, command: readonly string[], container: Container, timeoutMs: number): Promise<ProbeResult> {
  const literal = new Map((container.env ?? []).flatMap(({ name, value }): [string, string][] => (value === undefined ? [] : [[name, value]])));
  const words = command.map((word) => expand(word, (name) => literal.get(name)));
  try {
    const { stdout, stderr, exitCode } = await runtime.execSync(id, words, timeoutMs);
    return { ok: exitCode === 0, message: Buffer.concat([stdout, stderr]).subarray(0, OUTPUT_MAX_BYTES).toString() };
  } catch (error) {
    if (error instanceof RuntimeError && error.code === DEADLINE_EXCEEDED)
      return { ok: false, message: `command timed out: ${JSON.stringify(words.join(" "))} timed out after ${timeoutMs / 1000}s` };
    throw error;
  }
}
