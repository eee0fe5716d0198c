/** What the cluster's own parts need from the API: their roles, the node's way in, DNS's Service. Applied at each start, as the administrator. */

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { KubeObject } from "../../api/kind.ts";
import type { ResourceName } from "../../api/resource.ts";
import { ClusterRole, ClusterRoleBinding, EndpointSlice, Secret, Service } from "../../api/resources.ts";
import { type Client, pathOf } from "../../client/client.ts";
import { type PolicyRule, permissionsOf, rulesOf } from "../../client/controller.ts";
import { controllers } from "../../controllers/index.ts";
import { kubeconfig } from "../../machinery/certificates/kubeconfig.ts";
import type { ClusterContext } from "./context.ts";
import { writeFileDurably } from "./files.ts";
import { keyFiles } from "./keys.ts";
import { dnsAddress, dnsServiceAddress, machineAddress } from "./plan.ts";

const MANAGER = "rampart-up";
const DAY_MS = 86_400_000;
const RBAC = "rbac.authorization.k8s.io";

/** Reads of our own parts, beside what Kubernetes' default roles give. */
const READ = ["get", "list", "watch"];
const ROLES: Readonly<Record<string, { readonly rules: readonly PolicyRule[]; readonly subject: { readonly kind: "User" | "Group"; readonly name: string } }>> =
  {
    "system:rampart:signer": {
      subject: { kind: "User", name: "system:rampart:signer" },
      rules: [
        { apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests"], verbs: READ },
        { apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests/status"], verbs: ["update", "patch"] },
        { apiGroups: ["certificates.k8s.io"], resources: ["signers"], verbs: ["sign"] },
        { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      ],
    },
    "system:rampart:dns": {
      subject: { kind: "User", name: "system:rampart:dns" },
      rules: [
        { apiGroups: [""], resources: ["services", "namespaces"], verbs: READ },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
      ],
    },
    "system:rampart:node-serving": {
      subject: { kind: "Group", name: "system:nodes" },
      rules: [{ apiGroups: ["certificates.k8s.io"], resources: ["certificatesigningrequests/selfnodeserver"], verbs: ["create"] }],
    },
    "system:rampart:networks": {
      subject: { kind: "Group", name: "system:rampart:networks" },
      rules: [
        { apiGroups: [""], resources: ["services", "namespaces", "nodes", "pods"], verbs: READ },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
        { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: READ },
        { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      ],
    },
  };

/** Who may ask for a node's certificates, as Kubernetes' installers have it. */
const NODE_WAY_IN: Readonly<Record<string, { readonly role: string; readonly group: string }>> = {
  "rampart:node-bootstrapper": { role: "system:node-bootstrapper", group: "system:bootstrappers" },
  "rampart:node-autoapprove-bootstrap": { role: "system:certificates.k8s.io:certificatesigningrequests:nodeclient", group: "system:bootstrappers" },
  "rampart:node-autoapprove-renewal": { role: "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", group: "system:nodes" },
};

/** What of the cluster they are made from. */
export type AddonsContext = Pick<ClusterContext, "layout" | "plan" | "withNodes">;

export async function applyAddons(context: AddonsContext, client: Client): Promise<void> {
  const apply = async (resource: ResourceName, object: KubeObject): Promise<void> => {
    const { namespace = "", name = "" } = object.metadata;
    const body = { kind: resource.kind, apiVersion: resource.apiVersion, ...object };
    await client.json("PATCH", `${pathOf(resource, namespace, name)}?fieldManager=${MANAGER}&force=true`, body, "application/apply-patch+yaml");
  };
  const grant = async (name: string, role: string, subject: { kind: string; name: string; namespace?: string; apiGroup?: string }): Promise<void> =>
    apply(ClusterRoleBinding, { metadata: { name }, roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: role }, subjects: [subject] } as KubeObject);

  for (const [name, { rules, subject }] of Object.entries(ROLES)) {
    await apply(ClusterRole, { metadata: { name }, rules } as KubeObject);
    await grant(name, name, { ...subject, apiGroup: RBAC });
  }
  for (const controller of controllers({ rootCa: "", podCidr: context.plan.podCidr })) {
    const name = `system:controller:${controller.declaration.name}`;
    // The API server grows its default roles at each start; these are narrower than the defaults of their names, and stay so.
    const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "false" };
    await apply(ClusterRole, { metadata: { name, annotations }, rules: rulesOf(permissionsOf(controller)) } as KubeObject);
    await grant(name, name, { kind: "ServiceAccount", name: controller.declaration.name, namespace: "kube-system" });
  }
  for (const [name, { role, group }] of Object.entries(NODE_WAY_IN)) await grant(name, role, { kind: "Group", name: group, apiGroup: RBAC });
  if (!context.withNodes) return;
  await applyDns(context, apply);
  for (const node of context.plan.nodes) if (!existsSync(join(context.layout.node(node), "kubeconfig"))) await inviteNode(context, node, apply);
}

type Apply = (resource: ResourceName, object: KubeObject) => Promise<void>;

/** A token that lets a node ask for its first certificate; it ends after a day, and the node needs it once. */
async function inviteNode({ layout, plan }: AddonsContext, node: string, apply: Apply): Promise<void> {
  const id = randomBytes(3).toString("hex");
  const secret = randomBytes(8).toString("hex");
  const stringData = {
    "token-id": id,
    "token-secret": secret,
    "usage-bootstrap-authentication": "true",
    expiration: new Date(Date.now() + DAY_MS).toISOString(),
    description: `first certificate of ${node}`,
  };
  await apply(Secret, {
    metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
    type: "bootstrap.kubernetes.io/token",
    stringData,
  } as KubeObject);
  const ca = readFileSync(keyFiles.authority(layout, "serving"), "utf8");
  const text = kubeconfig({ server: `https://${machineAddress(plan)}:${plan.port}`, ca, token: `${id}.${secret}` });
  writeFileDurably(join(layout.node(node), "bootstrap.kubeconfig"), text, { mode: 0o600 });
}

/** DNS runs beside the cluster, so its Service has no selector and its slice is written here. */
async function applyDns({ plan }: AddonsContext, apply: Apply): Promise<void> {
  const ports = [
    { name: "dns", port: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53, protocol: "TCP" },
  ];
  const labels = { "k8s-app": "kube-dns", "kubernetes.io/name": "Rampart" };
  await apply(Service, { metadata: { name: "kube-dns", namespace: "kube-system", labels }, spec: { clusterIP: dnsServiceAddress(plan), ports } } as KubeObject);
  await apply(EndpointSlice, {
    metadata: {
      name: "kube-dns-rampart",
      namespace: "kube-system",
      labels: { "kubernetes.io/service-name": "kube-dns", "endpointslice.kubernetes.io/managed-by": MANAGER },
    },
    addressType: "IPv4",
    endpoints: [{ addresses: [dnsAddress(plan)], conditions: { ready: true, serving: true, terminating: false } }],
    ports,
  } as KubeObject);
}
