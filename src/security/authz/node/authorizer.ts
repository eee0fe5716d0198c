/**
 * What a node's agent may ask: its own Node, lease and CSINode, the pods that are bound to it, what those name, and a few things that all nodes read
 * (plugin/pkg/auth/authorizer/node). What it may write into these is NodeRestriction's.
 */

import type { KubeObject } from "../../../api/kind.ts";
import type { Attributes, Authorizer, Decision, Question } from "../../attributes.ts";
import type { Reader } from "../../reader.ts";
import { CLUSTER_ROLES } from "../default-roles/cluster-roles.ts";
import { clusterRoleOf } from "../default-roles/row.ts";
import { RuleSet } from "../rbac/rules.ts";
import type { NodeGraph } from "./graph.ts";
import { nodeOf } from "./identity.ts";
import { pins } from "./selector.ts";

const ALLOW: Decision = { decision: "allow", reason: "" };
const none = (reason = ""): Decision => ({ decision: "none", reason });
const READ = ["get", "list", "watch"];
const OWN = ["get", "create", "update", "patch", "delete"];

interface Asked extends Question {
  readonly node: string;
}
type Rule = (asked: Asked) => Decision;

const unrelated = (node: string) => none(`no relationship found between node '${node}' and this object`);

/** What all nodes may do alike: the rules of the role `system:node` for resources that nothing below divides. */
const EVERY_NODE = new RuleSet(clusterRoleOf(CLUSTER_ROLES.find(({ name }) => name === "system:node")!).rules ?? []);

export function nodeAuthorizer(graph: NodeGraph, reader: Reader): Authorizer {
  function related({ attributes: { resource, namespace, name }, node }: Asked): Decision {
    if (!name) return none("No Object name found");
    return graph.hasThing(node, resource, namespace, name) ? ALLOW : unrelated(node);
  }

  const readNamespaced: Rule = (asked) => {
    const { verb, subresource, namespace } = asked.attributes;
    if (!READ.includes(verb)) return none("can only read resources of this type");
    if (subresource) return none("cannot read subresource");
    return namespace ? related(asked) : none("can only read namespaced object of this type");
  };

  /** One object, if it is the node's. */
  function getOnly({ attributes: { verb, subresource, name }, node }: Asked, isOwn: () => boolean): Decision {
    if (verb !== "get") return none("can only get individual resources of this type");
    if (subresource) return none("cannot get subresource");
    if (!name) return none("No Object name found");
    return isOwn() ? ALLOW : unrelated(node);
  }
  const getRelated: Rule = (asked) =>
    getOnly(asked, () => graph.hasThing(asked.node, asked.attributes.resource, asked.attributes.namespace, asked.attributes.name));

  /** Whether an object's spec names the node. */
  function namesNode({ attributes: { group, resource, namespace, name }, node }: Asked): boolean {
    return reader.get<KubeObject & { spec?: { nodeName?: string } }>(group, resource, namespace, name)?.spec?.nodeName === node;
  }

  /** An object that bears the node's name. Who creates one under another name, NodeRestriction refuses. */
  function ownName({ attributes: { verb, name }, node }: Asked, verbs: readonly string[], what: string): Decision {
    if (!verbs.includes(verb)) return none(`can only ${verbs.slice(0, -1).join(", ")}, or ${verbs.at(-1)} a ${what}`);
    return verb === "create" || name === node ? ALLOW : none(`can only access ${what} with the same name as the requesting node`);
  }

  const serviceAccounts: Rule = (asked) => {
    const { verb, subresource, name } = asked.attributes;
    if (verb === "get" && !subresource) return readNamespaced(asked);
    if (verb !== "create" || !name) return none("can only create tokens for individual service accounts");
    return subresource === "token" ? related(asked) : none("can only create token subresource of serviceaccount");
  };

  const leases: Rule = (asked) => {
    if (asked.attributes.namespace !== "kube-node-lease" && OWN.includes(asked.attributes.verb))
      return none('can only access leases in the "kube-node-lease" system namespace');
    return ownName(asked, OWN, "node lease");
  };

  const csiNodes: Rule = (asked) => {
    const { subresource } = asked.attributes;
    if (subresource) return none("cannot authorize CSINode subresources");
    return ownName(asked, OWN, "CSINode");
  };

  const slices: Rule = (asked) => {
    const { verb, subresource, name } = asked.attributes;
    if (subresource) return none("cannot authorize ResourceSlice subresources");
    if (verb === "create") return ALLOW;
    if (["get", "update", "patch", "delete"].includes(verb)) return name && namesNode(asked) ? ALLOW : unrelated(asked.node);
    return pins(asked.fieldSelector, "spec.nodeName", asked.node)
      ? ALLOW
      : none("can only list/watch/deletecollection resourceslices with nodeName field selector");
  };

  const podCertificates: Rule = (asked) => {
    const { verb, subresource } = asked.attributes;
    if (subresource) return none("nodes may not access the status subresource of PodCertificateRequests");
    if (verb === "create") return ALLOW;
    if (verb === "get") return namesNode(asked) ? ALLOW : unrelated(asked.node);
    if (verb !== "list" && verb !== "watch") return none(`nodes may not ${verb} podcertificaterequests`);
    return pins(asked.fieldSelector, "spec.nodeName", asked.node) ? ALLOW : none("can only list/watch podcertificaterequests with nodeName field selector");
  };

  const nodes: Rule = ({ attributes: { verb, subresource, name }, node }) => {
    if (subresource === "status") return verb === "update" || verb === "patch" ? ALLOW : none();
    if (subresource) return none();
    if (verb === "create" || verb === "update" || verb === "patch") return ALLOW;
    if (!READ.includes(verb)) return none();
    if (name === node) return ALLOW;
    return none(name ? `node '${node}' cannot read '${name}', only its own Node object` : `node '${node}' cannot read all nodes, only its own Node object`);
  };

  const pods: Rule = (asked) => {
    const { verb, subresource, name } = asked.attributes;
    if (subresource === "status") return verb === "update" || verb === "patch" ? ALLOW : none();
    if (subresource === "eviction") return verb === "create" ? ALLOW : none();
    if (subresource) return none();
    if (verb === "get") return getRelated(asked);
    if (verb === "create" || verb === "delete") return ALLOW;
    if (verb !== "list" && verb !== "watch") return none();
    if (pins(asked.fieldSelector, "spec.nodeName", asked.node)) return ALLOW;
    return name ? related(asked) : none("can only list/watch pods with spec.nodeName field selector");
  };

  const claims: Rule = (asked) => {
    const { verb, subresource } = asked.attributes;
    if (subresource !== "status") return getRelated(asked);
    return verb === "update" || verb === "patch" ? related(asked) : none("can only get/update/patch this type");
  };

  const divided: ReadonlyMap<string, Rule> = new Map<string, Rule>([
    ["/secrets", readNamespaced],
    ["/configmaps", readNamespaced],
    ["/persistentvolumeclaims", claims],
    ["/persistentvolumes", (asked) => getOnly(asked, () => graph.hasVolume(asked.node, asked.attributes.name))],
    ["resource.k8s.io/resourceclaims", getRelated],
    ["storage.k8s.io/volumeattachments", (asked) => getOnly(asked, () => namesNode(asked))],
    ["/serviceaccounts", serviceAccounts],
    ["coordination.k8s.io/leases", leases],
    ["storage.k8s.io/csinodes", csiNodes],
    ["resource.k8s.io/resourceslices", slices],
    ["/nodes", nodes],
    ["/pods", pods],
    ["certificates.k8s.io/podcertificaterequests", podCertificates],
  ]);

  function decide(question: Question, node: string): Decision {
    const { attributes } = question;
    const rule = attributes.isResource ? divided.get(`${attributes.group}/${attributes.resource}`) : undefined;
    if (rule) return rule({ ...question, node });
    return EVERY_NODE.allows(attributes) ? ALLOW : none();
  }

  return {
    name: "node",
    authorize(question) {
      const node = nodeOf(question.user);
      if (node === undefined) return none();
      if (node === "") return none(`unknown node for user ${JSON.stringify(question.user.name)}`);
      const asked: Attributes = question.attributes;
      const settled = isAboutPods(asked) ? graph.settle() : undefined;
      return settled ? settled.then(() => decide(question, node)) : decide(question, node);
    },
  };
}

/** Only these decisions look at the graph; heartbeats needn't wait for it. */
function isAboutPods({ resource }: Attributes): boolean {
  return ["secrets", "configmaps", "persistentvolumeclaims", "persistentvolumes", "resourceclaims", "serviceaccounts", "pods"].includes(resource);
}
