/**
 * Approves a node's requests for client certificates: its first one, asked for with a bootstrap token, and its renewals. Who may ask for
 * what is decided by RBAC, on the subresources `nodeclient` and `selfnodeclient` (Kubernetes, "TLS bootstrapping").
 */

import { CertificateSigningRequest, SubjectAccessReview } from "../api/resources.ts";
import type { CertificateSigningRequest as Csr } from "../api/tables/certificates-v1.ts";
import { type RoutineContext, routine } from "../client/controller.ts";
import { WorkQueue } from "../client/queue.ts";
import { readRequest } from "../machinery/certificates/request.ts";
import { timestamp } from "../machinery/clock.ts";

const GROUP = "certificates.k8s.io";
const SIGNER = "kubernetes.io/kube-apiserver-client-kubelet";
const USAGES = new Set(["client auth", "digital signature", "key encipherment"]);

interface Recognizer {
  readonly subresource: "selfnodeclient" | "nodeclient";
  readonly message: string;
  /** Whether the request is of this sort. @param user the subject that it asks for */
  recognizes(csr: Csr, user: string): boolean;
}

const RECOGNIZERS: readonly Recognizer[] = [
  {
    subresource: "selfnodeclient",
    message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
    recognizes: (csr, user) => csr.spec.username === user,
  },
  { subresource: "nodeclient", message: "Auto approving kubelet client certificate after SubjectAccessReview.", recognizes: () => true },
];

/** @returns the node's user that a well-formed request of a node asks for; undefined for any other request */
export function nodeAskedFor(csr: Csr): string | undefined {
  const { signerName, usages = [], request = "" } = csr.spec;
  if (signerName !== SIGNER || !usages.includes("client auth") || !usages.includes("digital signature") || usages.some((usage) => !USAGES.has(usage)))
    return undefined;
  try {
    const { subject, names } = readRequest(Buffer.from(request, "base64").toString());
    const plain = names.dns.length + names.ips.length + names.emails.length + names.uris.length + names.others === 0;
    const isNode = subject.organizations?.length === 1 && subject.organizations[0] === "system:nodes" && subject.commonName.startsWith("system:node:");
    return plain && isNode ? subject.commonName : undefined;
  } catch {
    return undefined; // The signer tells the requester what is wrong with it.
  }
}

export default routine({
  name: "csrapproving-controller",
  reads: [CertificateSigningRequest],
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
  },
});

async function approve(csr: Csr, { client, clock }: RoutineContext): Promise<void> {
  const decided = csr.status?.conditions?.some(({ type }) => type === "Approved" || type === "Denied");
  const user = decided ? undefined : nodeAskedFor(csr);
  if (user === undefined) return;
  for (const { subresource, message, recognizes } of RECOGNIZERS) {
    if (!recognizes(csr, user)) continue;
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
