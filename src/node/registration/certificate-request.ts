/** Asks the cluster for a certificate and waits until it is signed. */

import { randomBytes } from "node:crypto";
import { CertificateSigningRequest } from "../../api/resources.ts";
import type { Client } from "../../client/client.ts";
import type { Names } from "../../machinery/certificates/alternative-names.ts";
import { newKeyPair } from "../../machinery/certificates/keys.ts";
import { newRequest } from "../../machinery/certificates/request.ts";
import type { Clock } from "../../machinery/clock.ts";
import { pause } from "../loops.ts";

export interface Ask {
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly nodeName: string;
  readonly signer: "kubernetes.io/kube-apiserver-client-kubelet" | "kubernetes.io/kubelet-serving";
  readonly names?: Names;
}

export interface Certified {
  /** PEM: the certificate and what stands above it. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

const POLL_MIN_MS = 100;
const POLL_MAX_MS = 5000;
/** A request that nobody answers is made anew: requests are removed from the cluster after an hour. */
const ANSWER_MAX_MS = 15 * 60_000;
const USAGES = {
  "kubernetes.io/kube-apiserver-client-kubelet": ["digital signature", "client auth"],
  "kubernetes.io/kubelet-serving": ["digital signature", "server auth"],
} as const;

/** @throws Error where the request was denied or failed, or isn't answered in time */
export async function requestCertificate({ client, clock, signal, nodeName, signer, names }: Ask): Promise<Certified> {
  const pair = newKeyPair();
  const request = newRequest(pair, { commonName: `system:node:${nodeName}`, organizations: ["system:nodes"] }, names);
  const name = `${signer === "kubernetes.io/kubelet-serving" ? "node-serving" : "node"}-csr-${randomBytes(10).toString("hex")}`;
  await client.create(CertificateSigningRequest, {
    metadata: { name },
    spec: { request: Buffer.from(request).toString("base64"), signerName: signer, usages: [...USAGES[signer]] },
  });
  const until = clock.now() + ANSWER_MAX_MS;
  for (let delayMs = POLL_MIN_MS; clock.now() < until && !signal.aborted; delayMs = Math.min(delayMs * 1.5, POLL_MAX_MS)) {
    await pause(clock, delayMs);
    const { status } = await client.get(CertificateSigningRequest, "", name);
    const refusal = status?.conditions?.find(({ type }) => type === "Denied" || type === "Failed");
    if (refusal) throw new Error(`certificate request ${name} was ${refusal.type?.toLowerCase()}: ${refusal.message ?? refusal.reason ?? ""}`);
    if (status?.certificate) return { cert: Buffer.from(status.certificate, "base64").toString(), key: pair.pem };
  }
  throw new Error(`certificate request ${name} was not answered within ${ANSWER_MAX_MS / 60_000} minutes: is it approved?`);
}
