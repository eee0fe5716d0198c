/** The certificate of the node's own API: kept on disk, asked for when it is missing, near its end, or for other addresses. */

import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Client } from "../../client/client.ts";
import type { Clock } from "../../machinery/clock.ts";
import { pause } from "../loops.ts";
import { type Certified, requestCertificate } from "./certificate-request.ts";
import { RENEWAL_MIN_MS, renewalAtMs, WAIT_MAX_MS } from "./rotation.ts";

export interface ServingOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly nodeName: string;
  readonly ips: readonly string[];
  /** Certificate and key in one PEM file. */
  readonly file: string;
}

const RETRY_MS = 5000;

/** @param use called with each certificate, the kept one at once */
export async function keepServingCertificate(options: ServingOptions, use: (certified: Certified) => void, failed: (error: unknown) => void): Promise<void> {
  const { client, clock, signal, nodeName, ips, file, random } = options;
  let current = readKept(file, ips);
  if (current) use(current);
  while (!signal.aborted) {
    const waitMs = current ? renewalAtMs(current.cert, random()) - clock.now() : 0;
    if (waitMs > 0) {
      await pause(clock, Math.min(waitMs, WAIT_MAX_MS));
      continue;
    }
    try {
      current = await requestCertificate({ client, clock, signal, nodeName, signer: "kubernetes.io/kubelet-serving", names: { dns: [nodeName], ips } });
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.new`, current.key + current.cert, { mode: 0o600 });
      await rename(`${file}.new`, file);
      use(current);
      await pause(clock, RENEWAL_MIN_MS);
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
      await pause(clock, RETRY_MS);
    }
  }
}

function readKept(file: string, ips: readonly string[]): Certified | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  const at = text.indexOf("-----BEGIN CERTIFICATE");
  const kept = { key: text.slice(0, at), cert: text.slice(at) };
  const certificate = new X509Certificate(kept.cert);
  return ips.every((ip) => certificate.checkIP(ip) !== undefined) ? kept : undefined;
}
