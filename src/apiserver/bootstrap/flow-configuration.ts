/**
 * The flow schemas and priority levels that every server has: the mandatory ones as they must be, the suggested ones as they are suggested for as long as
 * nobody says otherwise (k8s.io/apiserver pkg/apis/flowcontrol/bootstrap, k8s.io/kubernetes pkg/registry/flowcontrol/ensurer).
 */

import type { KubeObject } from "../../api/kind.ts";
import type { FlowSchema, PolicyRulesWithSubjects, PriorityLevelConfiguration, Subject } from "../../api/tables/flowcontrol-v1.ts";
import { equal } from "../../machinery/plain.ts";
import type { Reader } from "../../security/reader.ts";
import { mandatoryLevels, mandatorySchemas } from "../flow/mandatory.ts";
import type { Loopback } from "../loopback.ts";
import { ensure } from "./keeper.ts";
import type { OwnObject } from "./objects.ts";

export const FLOW_GROUP = "flowcontrol.apiserver.k8s.io";
/** Whether the spec follows what is suggested. */
const AUTO_UPDATE = "apf.kubernetes.io/autoupdate-spec";
const LEVELS = "prioritylevelconfigurations";
const SCHEMAS = "flowschemas";

type Configuration = FlowSchema | PriorityLevelConfiguration;

function level(name: string, shares: number, lendablePercent: number, queues: number, handSize: number): PriorityLevelConfiguration {
  const limitResponse = { type: "Queue", queuing: { queues, handSize, queueLengthLimit: 50 } };
  return { metadata: { name }, spec: { type: "Limited", limited: { nominalConcurrencyShares: shares, lendablePercent, limitResponse } } };
}

const suggestedLevels: readonly PriorityLevelConfiguration[] = [
  level("system", 30, 33, 64, 6),
  level("node-high", 40, 25, 64, 6),
  level("leader-election", 10, 0, 16, 4),
  level("workload-high", 40, 50, 128, 6),
  level("workload-low", 100, 90, 128, 6),
  level("global-default", 20, 50, 128, 6),
];

const groups = (...names: string[]): Subject[] => names.map((name) => ({ kind: "Group", group: { name } }));
const users = (...names: string[]): Subject[] => names.map((name) => ({ kind: "User", user: { name } }));
const systemAccounts: Subject[] = [{ kind: "ServiceAccount", serviceAccount: { name: "*", namespace: "kube-system" } }];

function everything(subjects: Subject[]): PolicyRulesWithSubjects {
  return {
    subjects,
    resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
  };
}

function schema(
  name: string,
  priorityLevel: string,
  precedence: number,
  distinguisher: "ByUser" | "ByNamespace" | undefined,
  rule: PolicyRulesWithSubjects,
): FlowSchema {
  return {
    metadata: { name },
    spec: {
      priorityLevelConfiguration: { name: priorityLevel },
      matchingPrecedence: precedence,
      ...(distinguisher && { distinguisherMethod: { type: distinguisher } }),
      rules: [rule],
    },
  };
}

const inNamespaces = (apiGroup: string, resources: string[], verbs: string[]) => ({ verbs, apiGroups: [apiGroup], resources, namespaces: ["*"] });
const leases = (...verbs: string[]) => inNamespaces("coordination.k8s.io", ["leases"], verbs);

const suggestedSchemas: readonly FlowSchema[] = [
  schema("system-nodes", "system", 500, "ByUser", everything(groups("system:nodes"))),
  schema("system-node-high", "node-high", 400, "ByUser", {
    subjects: groups("system:nodes"),
    resourceRules: [{ ...inNamespaces("", ["nodes", "nodes/status"], ["*"]), clusterScope: true }, leases("*")],
  }),
  schema("probes", "exempt", 2, undefined, {
    subjects: groups("system:unauthenticated", "system:authenticated"),
    nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/readyz", "/livez"] }],
  }),
  schema("system-leader-election", "leader-election", 100, "ByUser", {
    subjects: [...users("system:kube-controller-manager", "system:kube-scheduler"), ...systemAccounts],
    resourceRules: [leases("get", "create", "update")],
  }),
  schema("kube-controller-manager", "workload-high", 800, "ByNamespace", everything(users("system:kube-controller-manager"))),
  schema("kube-scheduler", "workload-high", 800, "ByNamespace", everything(users("system:kube-scheduler"))),
  schema("kube-system-service-accounts", "workload-high", 900, "ByNamespace", everything(systemAccounts)),
  schema("service-accounts", "workload-low", 9000, "ByUser", everything(groups("system:serviceaccounts"))),
  schema("global-default", "global-default", 9900, "ByUser", everything(groups("system:unauthenticated", "system:authenticated"))),
];

function own(resource: string, kind: string, objects: readonly Configuration[]): OwnObject[] {
  return objects.map(({ metadata, spec }) => {
    const object: KubeObject & { spec: unknown } = {
      apiVersion: `${FLOW_GROUP}/v1`,
      kind,
      metadata: { ...metadata, annotations: { [AUTO_UPDATE]: "true" } },
      spec,
    };
    return { path: `/apis/${FLOW_GROUP}/v1/${resource}`, object };
  });
}

/** Levels before the schemas that name them. */
const MANDATORY = [
  own(LEVELS, "PriorityLevelConfiguration", mandatoryLevels),
  own(SCHEMAS, "FlowSchema", [mandatorySchemas.exempt, mandatorySchemas.catchAll]),
];
const SUGGESTED = [own(LEVELS, "PriorityLevelConfiguration", suggestedLevels), own(SCHEMAS, "FlowSchema", suggestedSchemas)];

export async function keepFlowConfiguration(loopback: Loopback, reader: Reader): Promise<void> {
  for (const objects of SUGGESTED) await ensure(loopback, objects, (present, wanted) => revised(present, wanted, follows(present)));
  for (const objects of MANDATORY) await ensure(loopback, objects, (present, wanted) => revised(present, wanted, true));
  for (const [i, resource] of [LEVELS, SCHEMAS].entries()) await removeUnwanted(loopback, reader, resource, [...SUGGESTED[i]!, ...MANDATORY[i]!]);
}

/** As its annotation says; without one, whether nobody has changed it yet. */
function follows({ metadata }: KubeObject): boolean {
  const said = metadata.annotations?.[AUTO_UPDATE];
  return said === "true" || (said !== "false" && Number(metadata.generation) === 1);
}

/** @returns what the object shall be, or undefined where it is */
function revised(present: KubeObject & { spec?: unknown }, wanted: KubeObject & { spec?: unknown }, follow: boolean): KubeObject | undefined {
  const isSame = !follow || equal(present.spec, wanted.spec);
  if (isSame && present.metadata.annotations?.[AUTO_UPDATE] === String(follow)) return undefined;
  const metadata = { ...present.metadata, annotations: { ...present.metadata.annotations, [AUTO_UPDATE]: String(follow) } };
  const next: KubeObject & { spec: unknown } = { ...present, metadata, spec: isSame ? present.spec : wanted.spec };
  return next;
}

/** What an earlier release suggested, and nobody took for his own. */
async function removeUnwanted(loopback: Loopback, reader: Reader, resource: string, wanted: readonly OwnObject[]): Promise<void> {
  const names = new Set(wanted.map(({ object }) => object.metadata.name));
  for (const { metadata } of [...reader.list<KubeObject>(FLOW_GROUP, resource)]) {
    if (names.has(metadata.name) || metadata.annotations?.[AUTO_UPDATE] !== "true") continue;
    const preconditions: KubeObject & { preconditions: object } = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      metadata: {},
      preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion },
    };
    const { code } = await loopback.send("DELETE", `/apis/${FLOW_GROUP}/v1/${resource}/${encodeURIComponent(metadata.name ?? "")}`, preconditions);
    if (code >= 300 && code !== 404 && code !== 409) throw new Error(`Cannot delete ${resource} ${metadata.name}: ${code}`);
  }
}
