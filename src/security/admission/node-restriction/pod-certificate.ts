/** Whether a node may ask for a certificate in the name of a pod: the pod runs there, is what the request says, and has a use for it (KEP-4317). */

import type { KubeObject } from "../../../api/kind.ts";
import { MIRROR } from "../../../api/references/of-pod.ts";
import type { PodCertificateRequest } from "../../../api/tables/certificates-v1.ts";
import type { Pod } from "../../../api/tables/core-v1.ts";
import type { Authorizer } from "../../attributes.ts";
import type { AdmissionRequest } from "../plugin.ts";

const q = JSON.stringify;

function mounts(pod: Pod, signerName: string): boolean {
  return (pod.spec.volumes ?? []).some(({ projected }) => projected?.sources?.some(({ podCertificate }) => podCertificate?.signerName === signerName));
}

/** @returns why not, or undefined */
export async function podCertificateComplaint(request: AdmissionRequest, node: string, authorizer: Authorizer): Promise<string | undefined> {
  const { operation, subresource, namespace, reader, user, attributes } = request;
  if (operation !== "CREATE") return `unexpected operation ${operation}`;
  if (subresource) return `unexpected subresource ${subresource}`;
  const { spec } = request.object as PodCertificateRequest;
  const key = `${namespace}/${spec.podName}`;
  if (spec.nodeName !== node) return `PodCertificateRequest.Spec.NodeName=${q(spec.nodeName)}, which is not the requesting node ${q(node)}`;
  const nodeUid = reader.get<KubeObject>("", "nodes", "", node)?.metadata.uid;
  if (nodeUid !== spec.nodeUID)
    return `PodCertificateRequest for pod ${q(key)} names node UID ${q(spec.nodeUID)}, inconsistent with the running node (${q(nodeUid ?? "")})`;
  const pod = reader.get<Pod>("", "pods", namespace, spec.podName) ?? (await reader.getFresh<Pod>("", "pods", namespace, spec.podName));
  if (!pod) return `pod ${q(key)} named in the PodCertificateRequest is not there`;
  if (pod.metadata.uid !== spec.podUID)
    return `PodCertificateRequest for pod ${q(key)} contains pod UID (${q(spec.podUID)}) which differs from running pod ${q(pod.metadata.uid)}`;
  if (pod.spec.nodeName !== node) return `pod ${q(key)} is not running on node ${q(node)} named in the PodCertificateRequest`;
  if (pod.metadata.annotations?.[MIRROR] !== undefined) return `pod ${q(key)} is a mirror pod`;
  const account = pod.spec.serviceAccountName ?? "";
  if (spec.serviceAccountName !== account) {
    return `PodCertificateRequest for pod ${q(key)} contains serviceAccountName (${q(spec.serviceAccountName)}) that differs from running pod (${q(account)})`;
  }
  const accountUid = reader.get<KubeObject>("", "serviceaccounts", namespace, account)?.metadata.uid;
  if (accountUid !== spec.serviceAccountUID) {
    return `PodCertificateRequest for pod ${q(key)} names service account UID ${q(spec.serviceAccountUID)}, which differs from the running service account (${q(accountUid ?? "")})`;
  }
  if (mounts(pod, spec.signerName)) return undefined;
  // A resource can't hold a slash, so the signer's is written as a colon, as in names of trust bundles.
  const question = {
    ...attributes,
    verb: "request-serviceaccounts-podcertificate-signer",
    resource: spec.signerName.replaceAll("/", ":"),
    subresource: "",
    name: account,
  };
  if ((await authorizer.authorize({ user, attributes: question })).decision === "allow") return undefined;
  return `pod ${q(key)} does not mount a podCertificate projected volume for signer ${q(spec.signerName)}`;
}
