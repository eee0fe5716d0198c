/** Who may approve and sign certificate requests, by signer; and no certificate for `system:masters` (CertificateApproval, CertificateSigning, CertificateSubjectRestriction). */

import { isDeepStrictEqual } from "node:util";
import type { CertificateSigningRequest, ClusterTrustBundle, PodCertificateRequest } from "../../api/tables/certificates-v1.ts";
import { readRequest } from "../../machinery/certificates/request.ts";
import { forbiddenField } from "../../machinery/status/field-error.ts";
import { invalidObject } from "../../machinery/status/status-error.ts";
import type { Authorizer } from "../attributes.ts";
import { changesOnlyOwnership } from "./only-ownership.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { refused } from "./refuse.ts";

const GROUP = "certificates.k8s.io";
const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

/** Asks for the verb on the signer itself, then on all signers of its domain (`example.com/*`). */
async function maySignAs(authorizer: Authorizer, request: AdmissionRequest, verb: string, signer: string): Promise<boolean> {
  for (const name of [signer, `${signer.split("/")[0]}/*`]) {
    const attributes = { isResource: true, path: "", verb, group: GROUP, version: "*", namespace: "", resource: "signers", subresource: "", name, tail: "" };
    if ((await authorizer.authorize({ user: request.user, attributes })).decision === "allow") return true;
  }
  return false;
}

export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    on: ["certificatesigningrequests/approval"],
    operations: ["UPDATE"],
    async validate(request) {
      const signer = (request.old as CertificateSigningRequest).spec.signerName;
      if (await maySignAs(authorizer, request, "approve", signer)) return;
      throw refused(request, `user not permitted to approve requests with signerName ${JSON.stringify(signer)}`);
    },
  };
}

export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    on: ["certificatesigningrequests/status"],
    operations: ["UPDATE"],
    async validate(request) {
      const [next, last] = [request.object as CertificateSigningRequest, request.old as CertificateSigningRequest];
      const decisive = ({ status }: CertificateSigningRequest) => [status?.certificate ?? "", status?.conditions ?? []];
      if (isDeepStrictEqual(decisive(next), decisive(last))) return;
      const signer = last.spec.signerName;
      if (await maySignAs(authorizer, request, "sign", signer)) return;
      throw refused(request, `user not permitted to sign requests with signerName ${JSON.stringify(signer)}`);
    },
  };
}

/** Whoever says what became of a pod's request speaks for the signer; Kubernetes refuses this as a field that may not be changed. */
export function podCertificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "PodCertificateSigning",
    on: ["podcertificaterequests/status"],
    operations: ["UPDATE"],
    async validate(request) {
      const [next, last] = [request.object as PodCertificateRequest, request.old as PodCertificateRequest];
      const { signerName } = last.spec;
      if (isDeepStrictEqual(next.status ?? {}, last.status ?? {}) || (await maySignAs(authorizer, request, "sign", signerName))) return;
      const why = `User ${JSON.stringify(request.user.name)} is not permitted to "sign" for signer ${JSON.stringify(signerName)}`;
      throw invalidObject({ group: GROUP, kind: "PodCertificateRequest" }, request.name, [forbiddenField("spec.signerName", why)]);
    },
  };
}

/** Whoever says whom a signer is trusted by speaks for that signer. */
export function clusterTrustBundleAttest(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "ClusterTrustBundleAttest",
    on: [`clustertrustbundles.${GROUP}`],
    operations: ["CREATE", "UPDATE"],
    async validate(request) {
      const signer = (request.object as ClusterTrustBundle).spec.signerName;
      if (!signer || changesOnlyOwnership(request.object!, request.old)) return;
      if (await maySignAs(authorizer, request, "attest", signer)) return;
      throw refused(request, `user not permitted to attest for signerName ${JSON.stringify(signer)}`);
    },
  };
}

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  on: [`certificatesigningrequests.${GROUP}`],
  operations: ["CREATE"],
  validate(request) {
    const { spec } = request.object as CertificateSigningRequest;
    if (spec.signerName !== CLIENT_SIGNER) return;
    let groups: readonly string[];
    try {
      groups = readRequest(Buffer.from(spec.request ?? "", "base64").toString("utf8")).subject.organizations;
    } catch (error) {
      throw refused(request, `failed to parse CSR: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (groups.includes("system:masters")) throw refused(request, `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`);
  },
};
