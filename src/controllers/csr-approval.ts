/**
 * Approves nodes' requests for certificates: the first one as a client, asked for with a bootstrap token, its renewals, and the one that the
 * node serves with. Who may ask for what is decided by RBAC, on the subresources `nodeclient`, `selfnodeclient` and `selfnodeserver`
 * (Kubernetes, "TLS bootstrapping"). Kubernetes leaves serving certificates to a person; here one is approved when each of its names is the
 * node's own and no other node's, so that a node can't pass for its neighbour.
 */

import { CertificateSigningRequest, Node, SubjectAccessReview } from "../api/resources.ts";
import type { CertificateSigningRequest as Csr } from "../api/tables/certificates-v1.ts";
import type { Node as NodeObject } from "../api/tables/core-v1.ts";
import { type RoutineContext, routine } from "../client/controller.ts";
import { WorkQueue } from "../client/queue.ts";
import { readRequest } from "../machinery/certificates/request.ts";
import { timestamp } from "../machinery/clock.ts";

const GROUP = "certificates.k8s.io";
const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client-kubelet";
const SERVING_SIGNER = "kubernetes.io/kubelet-serving";
const USER_PREFIX = "system:node:";

interface Recognizer {
  readonly subresource: "selfnodeclient" | "nodeclient" | "selfnodeserver";
  readonly message: string;
  /** Whether the request is of this sort. @param nodes all nodes, by whose addresses a serving request is judged */
  recognizes(csr: Csr, asked: Asked, nodes: readonly NodeObject[]): boolean;
}

/** What a well-formed request of a node asks for. */
export interface Asked {
  readonly signer: typeof CLIENT_SIGNER | typeof SERVING_SIGNER;
  /** `system:node:NAME` */
  readonly user: string;
  /** DNS names and addresses to serve under. */
  readonly names: readonly string[];
}

const RECOGNIZERS: readonly Recognizer[] = [
  {
    subresource: "selfnodeclient",
    message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
    recognizes: (csr, { signer, user }) => signer === CLIENT_SIGNER && csr.spec.username === user,
  },
  {
    subresource: "nodeclient",
    message: "Auto approving kubelet client certificate after SubjectAccessReview.",
    recognizes: (_csr, { signer }) => signer === CLIENT_SIGNER,
  },
  {
    subresource: "selfnodeserver",
    message: "Auto approving kubelet serving certificate: every name is the node's own and no other node's.",
    recognizes: (csr, asked, nodes) => asked.signer === SERVING_SIGNER && csr.spec.username === asked.user && ownNames(asked, nodes),
  },
];

function ownNames({ user, names }: Asked, nodes: readonly NodeObject[]): boolean {
  const self = user.slice(USER_PREFIX.length);
  const namesOf = (node: NodeObject): string[] => [node.metadata.name ?? "", ...(node.status?.addresses ?? []).map(({ address }) => address)];
  const own = new Set(nodes.filter(({ metadata }) => metadata.name === self).flatMap(namesOf));
  const others = new Set(nodes.filter(({ metadata }) => metadata.name !== self).flatMap(namesOf));
  return names.length > 0 && names.every((name) => own.has(name) && !others.has(name));
}

/** @returns what a well-formed request of a node asks for; undefined for any other request */
export function askedFor(csr: Csr): Asked | undefined {
  const { signerName: signer, usages = [], request = "" } = csr.spec;
  if (signer !== CLIENT_SIGNER && signer !== SERVING_SIGNER) return undefined;
  const purpose = signer === CLIENT_SIGNER ? "client auth" : "server auth";
  const allowed = [purpose, "digital signature", "key encipherment"];
  if (!usages.includes(purpose) || !usages.includes("digital signature") || usages.some((usage) => !allowed.includes(usage))) return undefined;
  try {
    const { subject, names } = readRequest(Buffer.from(request, "base64").toString());
    const isNode = subject.organizations?.length === 1 && subject.organizations[0] === "system:nodes" && subject.commonName.startsWith(USER_PREFIX);
    const served = [...names.dns, ...names.ips];
    const odd = names.emails.length + names.uris.length + names.others > 0 || (signer === CLIENT_SIGNER && served.length > 0);
    return isNode && !odd ? { signer, user: subject.commonName, names: served } : undefined;
  } catch {
    return undefined; // The signer tells the requester what is wrong with it.
  }
}

export default routine({
  name: "csrapproving-controller",
  reads: [CertificateSigningRequest, Node],
  needs: [
    { group: GROUP, resource: "certificatesigningrequests/approval", verb: "update" },
    { group: GROUP, resource: "signers", verb: "approve" },
    { group: "authorization.k8s.io", resource: "subjectaccessreviews", verb: "create" },
  ],
  async run(context) {
    const requests = context.informer(CertificateSigningRequest);
    const queue = new WorkQueue({
      clock: context.clock,
      workers: 2,
      work: async (name) => {
        const csr = requests.get("", name);
        if (csr) await approve(csr, context);
      },
      onError: (name, error, retryInMs) => context.log("approval failed", { name, error: String(error), retryInMs }),
    });
    context.signal.addEventListener("abort", () => queue.close(), { once: true });
    requests.handle((now) => {
      if (now?.metadata.name) queue.add(now.metadata.name);
    });
    // A node may ask before it has said which addresses it has.
    context.informer(Node).handle((now, old) => {
      if (now && JSON.stringify(now.status?.addresses) !== JSON.stringify(old?.status?.addresses))
        for (const { metadata } of requests.list()) queue.add(metadata.name ?? "");
    });
  },
});

async function approve(csr: Csr, { client, clock, informer }: RoutineContext): Promise<void> {
  const decided = csr.status?.conditions?.some(({ type }) => type === "Approved" || type === "Denied");
  const asked = decided ? undefined : askedFor(csr);
  if (asked === undefined) return;
  const nodes = informer(Node).list();
  for (const { subresource, message, recognizes } of RECOGNIZERS) {
    if (!recognizes(csr, asked, nodes)) continue;
    const { username = "", uid, groups, extra } = csr.spec;
    const resourceAttributes = { group: GROUP, resource: "certificatesigningrequests", verb: "create", subresource };
    const review = await client.create(SubjectAccessReview, {
      metadata: {},
      spec: { user: username, ...(uid && { uid }), ...(groups && { groups }), ...(extra && { extra }), resourceAttributes },
    });
    if (!review.status?.allowed) continue;
    const at = timestamp(clock.now());
    const condition = { type: "Approved", status: "True", reason: "AutoApproved", message, lastUpdateTime: at, lastTransitionTime: at };
    await client.update(
      CertificateSigningRequest,
      { ...csr, status: { ...csr.status, conditions: [...(csr.status?.conditions ?? []), condition] } },
      "approval",
    );
    return;
  }
}
