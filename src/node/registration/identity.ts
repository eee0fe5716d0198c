/** The node's own identity in the cluster: asked for with a bootstrap token at first, with itself later; kept on disk, replaced before it ends. */

import { existsSync } from "node:fs";
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Client } from "../../client/client.ts";
import { connect } from "../../client/connect.ts";
import { type ClusterAccess, readKubeconfig } from "../../client/kubeconfig.ts";
import { kubeconfig } from "../../machinery/certificates/kubeconfig.ts";
import type { Clock } from "../../machinery/clock.ts";
import { pause } from "../loops.ts";
import { type Certified, requestCertificate } from "./certificate-request.ts";
import { isValidAt, RENEWAL_MIN_MS, renewalAtMs, WAIT_MAX_MS } from "./rotation.ts";

export interface IdentityOptions {
  readonly nodeName: string;
  /** Where the identity is kept; written here. */
  readonly file: string;
  /** With a bootstrap token; needed where there is no identity yet, or one that has ended. */
  readonly bootstrapFile: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
}

/** @returns how to reach the cluster as this node. The certificate is read anew for each connection, so that a replaced one takes effect. */
export async function joinCluster(options: IdentityOptions): Promise<ClusterAccess> {
  const { file, bootstrapFile, clock, signal, nodeName } = options;
  const own = readOwn(file);
  if (own && isValidAt(own.certificate?.().cert ?? "", clock.now())) return rereading(file, own);
  if (!bootstrapFile) throw new Error(`Cannot join the cluster: ${file} holds no valid identity and no --bootstrap-kubeconfig is given`);
  const access = readKubeconfig(bootstrapFile);
  const client = connect({ access, component: "node" });
  try {
    const certified = await requestCertificate({ client, clock, signal, nodeName, signer: "kubernetes.io/kube-apiserver-client-kubelet" });
    await keep(file, access, certified);
  } finally {
    await client.transport.close();
  }
  return rereading(file, readKubeconfig(file));
}

function readOwn(file: string): ClusterAccess | undefined {
  if (!existsSync(file)) return undefined;
  const access = readKubeconfig(file);
  return access.certificate ? access : undefined;
}

/** A kubeconfig's own certificate is read once; the one that this module writes changes. */
function rereading(file: string, access: ClusterAccess): ClusterAccess {
  return { ...access, certificate: () => readKubeconfig(file).certificate?.() ?? { cert: "", key: "" } };
}

async function keep(file: string, { server, ca }: ClusterAccess, { cert, key }: Certified): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, kubeconfig({ server, ca, cert, key }), { mode: 0o600 });
  await chmod(`${file}.new`, 0o600);
  await rename(`${file}.new`, file);
}

/** Replaces the identity in good time, again and again. @param renewed told after each replacement: connections that stand still have the old one */
export async function keepIdentityFresh(client: Client, options: IdentityOptions, renewed: () => void, failed: (error: unknown) => void): Promise<void> {
  const { file, clock, signal, nodeName, random } = options;
  while (!signal.aborted) {
    const access = readKubeconfig(file);
    const waitMs = renewalAtMs(access.certificate?.().cert ?? "", random()) - clock.now();
    if (waitMs > 0) {
      await pause(clock, Math.min(waitMs, WAIT_MAX_MS));
      continue;
    }
    try {
      await keep(file, access, await requestCertificate({ client, clock, signal, nodeName, signer: "kubernetes.io/kube-apiserver-client-kubelet" }));
      renewed();
    } catch (error) {
      failed(error);
    }
    await pause(clock, RENEWAL_MIN_MS);
  }
}
