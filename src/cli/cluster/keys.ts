/** Makes the cluster's keys, gives each to the one process that needs it, and keeps none. */

import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FRONT_PROXY_CLIENT } from "../../apiserver/bootstrap/objects.ts";
import { readKubeconfig } from "../../client/kubeconfig.ts";
import type { Names } from "../../machinery/certificates/alternative-names.ts";
import { type Authority, loadAuthority, newAuthority, newIdentity } from "../../machinery/certificates/issue.ts";
import { newKeyPair } from "../../machinery/certificates/keys.ts";
import { kubeconfig } from "../../machinery/certificates/kubeconfig.ts";
import { ensureFolder, type Ownership, writeFileDurably } from "./files.ts";
import type { Layout } from "./layout.ts";
import { apiServiceAddress, machineAddress, type Plan, type UserName, uidOf } from "./plan.ts";

const DAY_MS = 86_400_000;
const AUTHORITY_LIFETIME_MS = 3650 * DAY_MS;
const LEAF_LIFETIME_MS = 365 * DAY_MS;
/** A leaf with less than this left is made anew when the cluster starts. */
const RENEW_BEFORE_MS = 60 * DAY_MS;

/** The separate authorities: one for who calls, one for who serves, one for the proxy in front. */
const AUTHORITIES = ["client", "serving", "front-proxy"] as const;
type AuthorityName = (typeof AUTHORITIES)[number];

/** The processes that come to the API with a client certificate, and as whom. */
const CLIENTS: readonly { readonly process: UserName; readonly user: string }[] = [
  { process: "controllers", user: "system:kube-controller-manager" },
  { process: "scheduler", user: "system:kube-scheduler" },
  { process: "signer", user: "system:rampart:signer" },
  { process: "dns", user: "system:rampart:dns" },
];

/** Where a file of a process lies. */
export const keyFiles = {
  servingCertificate: (layout: Layout) => join(layout.of("apiserver"), "serving.crt"),
  servingKey: (layout: Layout) => join(layout.of("apiserver"), "serving.key"),
  kubeletClientCertificate: (layout: Layout) => join(layout.of("apiserver"), "kubelet-client.crt"),
  kubeletClientKey: (layout: Layout) => join(layout.of("apiserver"), "kubelet-client.key"),
  frontProxyClientCertificate: (layout: Layout) => join(layout.of("apiserver"), "front-proxy-client.crt"),
  frontProxyClientKey: (layout: Layout) => join(layout.of("apiserver"), "front-proxy-client.key"),
  serviceAccountKey: (layout: Layout) => join(layout.of("apiserver"), "service-accounts.key"),
  /** Public: everybody may know whom to trust. */
  authority: (layout: Layout, name: AuthorityName) => join(layout.data, "pki", `${name}-ca.crt`),
  signerKey: (layout: Layout, name: AuthorityName) => join(layout.of("signer"), `${name}-ca.key`),
  kubeconfig: (layout: Layout, process: string) => join(layout.of(process), "kubeconfig"),
} as const;

export interface KeyOptions {
  readonly layout: Layout;
  readonly plan: Plan;
  readonly now: number;
  /** Nodes exist, so the API server is reached by the bridge as well. */
  readonly withNodes: boolean;
}

/** Makes what is missing or about to run out; touches nothing else. */
export function ensureKeys({ layout, plan, now, withNodes }: KeyOptions): void {
  const owner = (user: UserName, mode: number): { mode: number; uid?: number } => (plan.uidBase ? { mode, uid: uidOf(plan, user) } : { mode });
  ensureFolder(join(layout.data, "pki"), { mode: 0o755 });
  for (const user of ["apiserver", "signer", "auditd", "controllers", "scheduler", "dns"] as const) ensureFolder(layout.of(user), owner(user, 0o700));
  const authorities = Object.fromEntries(AUTHORITIES.map((name) => [name, ensureAuthority(name)])) as Record<AuthorityName, Authority>;
  const server = `https://127.0.0.1:${plan.port}`;
  const ca = authorities.serving.cert;

  function ensureAuthority(name: AuthorityName): Authority {
    const certFile = keyFiles.authority(layout, name);
    const keyFile = keyFiles.signerKey(layout, name);
    if (existsSync(certFile) && existsSync(keyFile)) return loadAuthority({ cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") });
    const made = newAuthority({ commonName: `rampart-${name}-ca`, lifetimeMs: AUTHORITY_LIFETIME_MS, now });
    writeFileDurably(keyFile, made.key, owner("signer", 0o600));
    writeFileDurably(certFile, made.cert, { mode: 0o644 });
    return made;
  }

  function ensureLeaf(certFile: string, keyFile: string, user: UserName, authority: AuthorityName, commonName: string, usage: string, names?: Names): void {
    if (fresh(certFile, names)) return;
    const usages = ["digital signature", usage];
    const leaf = newIdentity(authorities[authority], { subject: { commonName }, ...(names && { names }), usages, lifetimeMs: LEAF_LIFETIME_MS, now });
    writeFileDurably(keyFile, leaf.key, owner(user, 0o600));
    writeFileDurably(certFile, leaf.cert, owner(user, 0o644));
  }

  /** There, with time left, and good for every name that is wanted now. */
  function fresh(certFile: string, names?: Names): boolean {
    if (!existsSync(certFile)) return false;
    const certificate = new X509Certificate(readFileSync(certFile));
    if (nearItsEnd(certificate, now)) return false;
    return (names?.ips ?? []).every((ip) => certificate.checkIP(ip) !== undefined);
  }

  const machine = withNodes ? [machineAddress(plan)] : [];
  const dns = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", `kubernetes.default.svc.${plan.clusterDomain}`];
  const names = { dns, ips: ["127.0.0.1", "::1", apiServiceAddress(plan), ...machine] };
  ensureLeaf(keyFiles.servingCertificate(layout), keyFiles.servingKey(layout), "apiserver", "serving", "rampart-apiserver", "server auth", names);
  const kubeletClient = [keyFiles.kubeletClientCertificate(layout), keyFiles.kubeletClientKey(layout)] as const;
  ensureLeaf(...kubeletClient, "apiserver", "client", "kube-apiserver-kubelet-client", "client auth");

  const frontProxyClient = [keyFiles.frontProxyClientCertificate(layout), keyFiles.frontProxyClientKey(layout)] as const;
  ensureLeaf(...frontProxyClient, "apiserver", "front-proxy", FRONT_PROXY_CLIENT, "client auth");

  const serviceAccountKey = keyFiles.serviceAccountKey(layout);
  if (!existsSync(serviceAccountKey)) writeFileDurably(serviceAccountKey, newKeyPair().pem, owner("apiserver", 0o600));

  for (const { process, user } of CLIENTS)
    ensureKubeconfig({ file: keyFiles.kubeconfig(layout, process), user, server, ca, now, owner: owner(process, 0o600) }, authorities.client);
  ensureKubeconfig(
    { file: layout.adminKubeconfig, user: "kubernetes-admin", groups: ["system:masters"], server, ca, now, owner: { mode: 0o600 } },
    authorities.client,
  );
}

/** Each node has an identity for its network, beside the node agent's own, which the agent asks the cluster for. */
export function ensureNetworkKubeconfig(layout: Layout, plan: Plan, node: string, now: number): string {
  const file = join(layout.node(node), "network.kubeconfig");
  const authority = loadAuthority({
    cert: readFileSync(keyFiles.authority(layout, "client"), "utf8"),
    key: readFileSync(keyFiles.signerKey(layout, "client"), "utf8"),
  });
  const server = `https://${machineAddress(plan)}:${plan.port}`;
  const ca = readFileSync(keyFiles.authority(layout, "serving"), "utf8");
  ensureKubeconfig({ file, user: `system:rampart:network:${node}`, groups: ["system:rampart:networks"], server, ca, now, owner: { mode: 0o600 } }, authority);
  return file;
}

interface KubeconfigChoice {
  readonly file: string;
  readonly user: string;
  readonly groups?: readonly string[];
  readonly server: string;
  readonly ca: string;
  readonly now: number;
  readonly owner: Ownership;
}

function ensureKubeconfig({ file, user, groups, server, ca, now, owner }: KubeconfigChoice, authority: Authority): void {
  if (existsSync(file) && stillGood(file, server, ca, now)) return;
  const subject = { commonName: user, ...(groups && { organizations: groups }) };
  const leaf = newIdentity(authority, { subject, usages: ["digital signature", "client auth"], lifetimeMs: LEAF_LIFETIME_MS, now });
  writeFileDurably(file, kubeconfig({ server, ca, cert: leaf.cert, key: leaf.key }), owner);
}

function stillGood(file: string, server: string, ca: string, now: number): boolean {
  const access = readKubeconfig(file);
  const identity = access.certificate?.();
  return access.server === server && access.ca === ca && identity !== undefined && !nearItsEnd(new X509Certificate(identity.cert), now);
}

function nearItsEnd(certificate: X509Certificate, now: number): boolean {
  return certificate.validToDate.getTime() - now < RENEW_BEFORE_MS;
}
