/**
 * What each signer signs, and for whom (Kubernetes, "Certificate Signing Requests", kubernetes.io signers). There is no signer here that
 * gives an arbitrary name for serving: `legacy-unknown` is not ours.
 */

import type { SigningRequest } from "../machinery/certificates/request.ts";

export interface Signer {
  readonly name: string;
  readonly authority: "client" | "serving";
  /** Usages that a request must have and may have. */
  readonly required: readonly string[];
  readonly allowed: readonly string[];
  /** @returns what is wrong with the request beside its usages; undefined where nothing is */
  refuses(request: SigningRequest): string | undefined;
}

const NODES = "system:nodes";
const NODE_PREFIX = "system:node:";
const CLIENT_USAGES = ["client auth", "digital signature", "key encipherment"];
const SERVER_USAGES = ["server auth", "digital signature", "key encipherment"];

export const signers: readonly Signer[] = [
  {
    name: "kubernetes.io/kube-apiserver-client",
    authority: "client",
    required: ["client auth"],
    allowed: CLIENT_USAGES,
    // Its name says group masters to every API server there is; no request may ask for that (CVE-free, but for ever).
    refuses: ({ subject }) => (subject.organizations?.includes("system:masters") ? "no certificate is signed for the group system:masters" : undefined),
  },
  {
    name: "kubernetes.io/kube-apiserver-client-kubelet",
    authority: "client",
    required: ["client auth", "digital signature"],
    allowed: CLIENT_USAGES,
    refuses: (request) => notANode(request) ?? (count(request) > 0 ? "a node's client certificate has no alternative names" : undefined),
  },
  {
    name: "kubernetes.io/kubelet-serving",
    authority: "serving",
    required: ["server auth", "digital signature"],
    allowed: SERVER_USAGES,
    refuses(request) {
      const { dns, ips, emails, uris, others } = request.names;
      if (emails.length + uris.length + others > 0) return "a node's serving certificate has only DNS names and addresses";
      return notANode(request) ?? (dns.length + ips.length === 0 ? "a node's serving certificate needs a DNS name or an address" : undefined);
    },
  },
];

function count({ names }: SigningRequest): number {
  return names.dns.length + names.ips.length + names.emails.length + names.uris.length + names.others;
}

function notANode({ subject }: SigningRequest): string | undefined {
  const groups = subject.organizations ?? [];
  if (groups.length !== 1 || groups[0] !== NODES) return `the organization must be exactly ${NODES}`;
  return subject.commonName.startsWith(NODE_PREFIX) && subject.commonName.length > NODE_PREFIX.length
    ? undefined
    : `the common name must begin with ${NODE_PREFIX}`;
}
