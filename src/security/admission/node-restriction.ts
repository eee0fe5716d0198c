/** What a node's agent may write: its own objects and the state of its own pods, and nothing that would draw pods or rights to it (plugin/pkg/admission/noderestriction). */

import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../api/kind.ts";
import { MIRROR } from "../../api/references/of-pod.ts";
import type { TokenRequest } from "../../api/tables/authentication-v1.ts";
import type { CertificateSigningRequest } from "../../api/tables/certificates-v1.ts";
import type { Node, PersistentVolumeClaim, Pod } from "../../api/tables/core-v1.ts";
import { readRequest } from "../../machinery/certificates/request.ts";
import { notFound } from "../../machinery/status/status-error.ts";
import type { Authorizer } from "../attributes.ts";
import { nodeOf } from "../authz/node/identity.ts";
import { apiReference } from "./node-restriction/api-reference.ts";
import { podNamesAudience } from "./node-restriction/audience.ts";
import { forbiddenLabels } from "./node-restriction/labels.ts";
import { podCertificateComplaint } from "./node-restriction/pod-certificate.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { refused } from "./refuse.ts";

interface Asked extends AdmissionRequest {
  readonly node: string;
}
/** @returns why not, or undefined */
type Rule = (asked: Asked, authorizer: Authorizer) => string | undefined | Promise<string | undefined>;

const q = JSON.stringify;
const same = (a: unknown, b: unknown) => isDeepStrictEqual(a ?? undefined, b ?? undefined);
const sameList = (a: readonly unknown[] | undefined, b: readonly unknown[] | undefined) => same(a ?? [], b ?? []);

async function boundPod({ reader, namespace }: AdmissionRequest, name: string): Promise<Pod> {
  const pod = reader.get<Pod>("", "pods", namespace, name) ?? (await reader.getFresh<Pod>("", "pods", namespace, name));
  if (!pod) throw notFound({ group: "", resource: "pods" }, name);
  return pod;
}

const createPod: Rule = (asked) => {
  const { node, reader } = asked;
  const { metadata, ...pod } = asked.object as Pod;
  if (metadata.annotations?.[MIRROR] === undefined) return `pod does not have ${q(MIRROR)} annotation, node ${q(node)} can only create mirror pods`;
  if (pod.spec.nodeName !== node) return `node ${q(node)} can only create pods with spec.nodeName set to itself`;
  const [owner, ...others] = metadata.ownerReferences ?? [];
  if (others.length > 0) return `node ${q(node)} can only create pods with a single owner reference set to itself`;
  if (owner?.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node)
    return `node ${q(node)} can only create pods with an owner reference set to itself`;
  if (!owner.controller) return `node ${q(node)} can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion) return `node ${q(node)} must not set blockOwnerDeletion on an owner reference`;
  const own = reader.get<Node>("", "nodes", "", node);
  if (!own) throw notFound({ group: "", resource: "nodes" }, node);
  if (owner.uid !== own.metadata.uid) return `node ${node} UID mismatch: expected ${owner.uid} got ${own.metadata.uid}`;
  const referenced = apiReference({ metadata, ...pod });
  return referenced && `node ${q(node)} can not create pods that reference ${referenced}`;
};

const pods: Rule = async (asked, authorizer) => {
  if (asked.operation === "CREATE") return createPod(asked, authorizer);
  if (asked.operation !== "DELETE") return `unexpected operation ${q(asked.operation)}, node ${q(asked.node)} can only create and delete mirror pods`;
  const pod = await boundPod(asked, asked.name);
  return pod.spec.nodeName === asked.node ? undefined : `node ${q(asked.node)} can only delete pods with spec.nodeName set to itself`;
};

const podStatus: Rule = ({ operation, node, object, old }) => {
  if (operation !== "UPDATE") return `unexpected operation ${q(operation)}`;
  const [next, last] = [object as Pod, old as Pod];
  if (last.spec.nodeName !== node) return `node ${q(node)} can only update pod status for pods with spec.nodeName set to itself`;
  if (!same(next.metadata.labels ?? {}, last.metadata.labels ?? {})) return `node ${q(node)} cannot update labels through pod status`;
  if (!sameList(next.status?.resourceClaimStatuses, last.status?.resourceClaimStatuses)) return `node ${q(node)} cannot update resource claim statues`;
  if (!same(next.status?.extendedResourceClaimStatus, last.status?.extendedResourceClaimStatus))
    return `node ${q(node)} cannot update extended resource claim status`;
  if (!sameList(next.status?.nodeAllocatableResourceClaimStatuses, last.status?.nodeAllocatableResourceClaimStatuses)) {
    return `node ${q(node)} cannot update node allocatable resource claim statuses`;
  }
  return undefined;
};

const podEviction: Rule = async (asked) => {
  const { operation, name, object, node } = asked;
  if (operation !== "CREATE") return `unexpected operation ${operation}`;
  const which = name || object?.metadata?.name;
  if (!which) return "could not determine pod from request data";
  return (await boundPod(asked, which)).spec.nodeName === node ? undefined : `node ${node} can only evict pods with spec.nodeName set to itself`;
};

const nodes: Rule = ({ node, name, operation, object, old }) => {
  if (name !== node) return `node ${q(node)} is not allowed to modify node ${q(name)}`;
  const [next, last] = [object as Node, old as Node | undefined];
  if (operation === "CREATE") {
    if (next.spec?.configSource) return `node ${q(node)} is not allowed to create pods with a non-nil configSource`;
    const forbidden = forbiddenLabels(next.metadata.labels, undefined);
    return forbidden.length > 0 ? `node ${q(node)} is not allowed to set the following labels: ${forbidden.join(", ")}` : undefined;
  }
  if (operation !== "UPDATE") return undefined;
  if (next.spec?.configSource && !same(next.spec.configSource, last?.spec?.configSource))
    return `node ${q(node)} is not allowed to update configSource to a new non-nil configSource`;
  if (!sameList(next.spec?.taints, last?.spec?.taints)) return `node ${q(node)} is not allowed to modify taints`;
  if (!sameList(next.metadata.ownerReferences, last?.metadata.ownerReferences)) return `node ${q(node)} is not allowed to modify ownerReferences`;
  const forbidden = forbiddenLabels(next.metadata.labels, last?.metadata.labels);
  return forbidden.length > 0 ? `is not allowed to modify labels: ${forbidden.join(", ")}` : undefined;
};

const claims: Rule = ({ operation, subresource, node, object, old }) => {
  if (subresource !== "status") return "may only update PVC status";
  if (operation !== "UPDATE") return `unexpected operation ${q(operation)}`;
  const rest = (claim: PersistentVolumeClaim) => {
    const { resourceVersion: _version, managedFields: _fields, ...metadata } = claim.metadata;
    const {
      capacity: _capacity,
      conditions: _conditions,
      allocatedResourceStatuses: _statuses,
      allocatedResources: _allocated,
      ...status
    } = claim.status ?? {};
    return { metadata, spec: claim.spec, status };
  };
  if (same(rest(object as PersistentVolumeClaim), rest(old as PersistentVolumeClaim))) return undefined;
  return `node ${q(node)} is not allowed to update fields other than status.quantity and status.conditions`;
};

const serviceAccounts: Rule = async (asked, authorizer) => {
  if (asked.operation !== "CREATE" || asked.subresource !== "token") return undefined;
  const { audiences = [], boundObjectRef: ref } = (asked.object as unknown as TokenRequest).spec; // The body of `token` has metadata that may be empty.
  if (ref?.apiVersion !== "v1" || ref.kind !== "Pod" || !ref.name) return "node requested token not bound to a pod";
  if (!ref.uid) return "node requested token with a pod binding without a uid";
  const pod = await boundPod(asked, ref.name);
  if (ref.uid !== pod.metadata.uid) {
    return `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  }
  if (pod.spec.nodeName !== asked.node) return "node requested token bound to a pod scheduled on a different node";
  if (audiences.length > 1) return "node may only request 0 or 1 audiences";
  const [audience = ""] = audiences;
  if (podNamesAudience(asked.reader, pod, audience)) return undefined;
  const attributes = { ...asked.attributes, verb: "request-serviceaccounts-token-audience", resource: audience, subresource: "", name: asked.name };
  if ((await authorizer.authorize({ user: asked.user, attributes })).decision === "allow") return undefined;
  return `${asked.user.name} is not authorized to request tokens for audience ${q(audience)}`;
};

const ownName = (what: string) => (asked: Asked) =>
  (asked.operation === "CREATE" ? asked.object?.metadata.name : asked.name) === asked.node
    ? undefined
    : `can only access ${what} with the same name as the requesting node`;

const leases: Rule = (asked) =>
  asked.namespace === "kube-node-lease" ? ownName("node lease")(asked) : 'can only access leases in the "kube-node-lease" system namespace';

const csiNodes: Rule = (asked) => ownName("CSINode")(asked) ?? (asked.subresource ? "CSIVolumeHealth feature gate is disabled" : undefined);

const slices: Rule = ({ operation, object, old, node }) => {
  const nodeName = (slice: KubeObject | undefined) => (slice as (KubeObject & { spec?: { nodeName?: string } }) | undefined)?.spec?.nodeName;
  if (operation === "CREATE" && nodeName(object) !== node) return "can only create ResourceSlice with the same NodeName as the requesting node";
  return operation === "DELETE" && nodeName(old) !== node ? "can only delete ResourceSlice with the same NodeName as the requesting node" : undefined;
};

const NODE_SIGNERS = ["kubernetes.io/kubelet-serving", "kubernetes.io/kube-apiserver-client-kubelet"];
const certificateRequests: Rule = ({ operation, object, node }) => {
  if (operation !== "CREATE") return undefined;
  const { spec } = object as CertificateSigningRequest;
  if (!NODE_SIGNERS.includes(spec.signerName)) return undefined;
  try {
    if (readRequest(Buffer.from(spec.request ?? "", "base64").toString("utf8")).subject.commonName === `system:node:${node}`) return undefined;
  } catch (error) {
    return `unable to parse csr: ${error instanceof Error ? error.message : String(error)}`;
  }
  return `can only create a node CSR with CN=system:node:${node}`;
};

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["pods", pods],
  ["pods/status", podStatus],
  ["pods/eviction", podEviction],
  ["nodes", nodes],
  ["nodes/status", nodes],
  ["persistentvolumeclaims", claims],
  ["persistentvolumeclaims/status", claims],
  ["serviceaccounts/token", serviceAccounts],
  ["podcertificaterequests.certificates.k8s.io", (asked, authorizer) => podCertificateComplaint(asked, asked.node, authorizer)],
  ["leases.coordination.k8s.io", leases],
  ["csinodes.storage.k8s.io", csiNodes],
  ["csinodes/status", csiNodes],
  ["resourceslices.resource.k8s.io", slices],
  ["certificatesigningrequests.certificates.k8s.io", certificateRequests],
]);

function ruleFor({ resource: { group, resource }, subresource, node }: Asked): Rule | undefined {
  const found = RULES.get(subresource ? `${resource}/${subresource}` : group ? `${resource}.${group}` : resource);
  if (found || resource !== "pods" || group !== "") return found;
  return () => `unexpected pod subresource ${q(subresource)}, only 'status' and 'eviction' are allowed (node ${q(node)})`;
}

/** @param authorizer may grant a node audiences and signers that no pod names */
export function nodeRestriction(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "NodeRestriction",
    on: ["*"],
    operations: ["CREATE", "UPDATE", "DELETE"],
    mutate(request) {
      const node = nodeOf(request.user);
      if (node === undefined) return undefined;
      if (node === "") throw refused(request, `could not determine node from user ${q(request.user.name)}`);
      return judge({ ...request, node }, authorizer);
    },
  };
}

async function judge(asked: Asked, authorizer: Authorizer): Promise<void> {
  const complaint = await ruleFor(asked)?.(asked, authorizer);
  if (complaint !== undefined) throw refused(asked, complaint);
}
