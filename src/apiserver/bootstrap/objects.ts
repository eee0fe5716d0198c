/** What the server itself keeps, beside roles: its objects as they are made when they aren't there (k8s.io/kubernetes, pkg/controlplane). */

import type { KubeObject } from "../../api/kind.ts";
import { timestamp } from "../../machinery/clock.ts";
import type { RequestHeaderSettings } from "../../security/authn/request-header.ts";

/** An object of the server's own with the path of its resource. */
export interface OwnObject {
  readonly path: string;
  readonly object: KubeObject;
}

export interface OwnFacts {
  /** The first address of the service range, which the `kubernetes` Service has. */
  readonly serviceAddress: string;
  readonly serviceRange: string;
  /** Where the server can be reached. */
  readonly advertiseAddress: string;
  readonly port: number;
  /** PEM of who signs client certificates, and of who signs the front proxies'. */
  readonly clientCa: string;
  readonly frontProxyCa: string | undefined;
  readonly requestHeader: RequestHeaderSettings;
}

/** The name in the certificate of whoever may say who asks. */
export const FRONT_PROXY_CLIENT = "front-proxy-client";

const NAMESPACES = ["kube-system", "default", "kube-public", "kube-node-lease"];

export function ownNamespaces(): OwnObject[] {
  return NAMESPACES.map((name) => ({ path: "/api/v1/namespaces", object: typed("v1", "Namespace", { metadata: { name } }) }));
}

export function ownPriorityClasses(): OwnObject[] {
  const class_ = (name: string, value: number, description: string): OwnObject => ({
    path: "/apis/scheduling.k8s.io/v1/priorityclasses",
    object: typed("scheduling.k8s.io/v1", "PriorityClass", { metadata: { name }, value, description, preemptionPolicy: "PreemptLowerPriority" }),
  });
  return [
    class_("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
    class_(
      "system-cluster-critical",
      2_000_000_000,
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
  ];
}

/** The Service by which pods reach the server, and where it leads: nowhere, for a server that only its own machine can reach. */
export function ownService(facts: OwnFacts): OwnObject[] {
  const { serviceAddress, advertiseAddress, port } = facts;
  const isLoopback = advertiseAddress === "::1" || advertiseAddress.startsWith("127.");
  return [
    {
      path: "/api/v1/namespaces/default/services",
      object: typed("v1", "Service", {
        metadata: { name: "kubernetes", namespace: "default", labels: { component: "apiserver", provider: "kubernetes" } },
        spec: {
          clusterIP: serviceAddress,
          ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: port }],
          sessionAffinity: "None",
          type: "ClusterIP",
        },
      }),
    },
    ...(isLoopback ? [] : ownAddresses(facts)),
  ];
}

function ownAddresses({ advertiseAddress, port }: OwnFacts): OwnObject[] {
  const ports = [{ name: "https", port, protocol: "TCP" }];
  return [
    {
      path: "/api/v1/namespaces/default/endpoints",
      object: typed("v1", "Endpoints", {
        metadata: { name: "kubernetes", namespace: "default", labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
        subsets: [{ addresses: [{ ip: advertiseAddress }], ports }],
      }),
    },
    {
      path: "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
      object: typed("discovery.k8s.io/v1", "EndpointSlice", {
        metadata: { name: "kubernetes", namespace: "default", labels: { "kubernetes.io/service-name": "kubernetes" } },
        addressType: advertiseAddress.includes(":") ? "IPv6" : "IPv4",
        endpoints: [{ addresses: [advertiseAddress], conditions: { ready: true } }],
        ports,
      }),
    },
  ];
}

export function ownServiceRange({ serviceRange }: OwnFacts): OwnObject[] {
  return [
    {
      path: "/apis/networking.k8s.io/v1/servicecidrs",
      object: typed("networking.k8s.io/v1", "ServiceCIDR", { metadata: { name: "kubernetes" }, spec: { cidrs: [serviceRange] } }),
    },
  ];
}

/** What extension servers, scheduler and controller manager read to know the cluster's clients. */
export function ownConfigMaps({ clientCa, frontProxyCa, requestHeader }: OwnFacts): OwnObject[] {
  const data: Record<string, string> = { "client-ca-file": clientCa };
  if (frontProxyCa !== undefined) {
    Object.assign(data, {
      "requestheader-allowed-names": JSON.stringify(requestHeader.allowedNames),
      "requestheader-client-ca-file": frontProxyCa,
      "requestheader-extra-headers-prefix": JSON.stringify(requestHeader.extraHeaderPrefixes),
      "requestheader-group-headers": JSON.stringify(requestHeader.groupHeaders),
      "requestheader-uid-headers": JSON.stringify(requestHeader.uidHeaders),
      "requestheader-username-headers": JSON.stringify(requestHeader.usernameHeaders),
    });
  }
  return [
    {
      path: "/api/v1/namespaces/kube-system/configmaps",
      object: typed("v1", "ConfigMap", { metadata: { name: "extension-apiserver-authentication", namespace: "kube-system" }, data }),
    },
  ];
}

/** Since when the use of service accounts' old tokens has been noted: what wasn't used since then may be removed (KEP-2799). */
export function ownDates(now: number): OwnObject[] {
  const metadata = { name: "kube-apiserver-legacy-service-account-token-tracking", namespace: "kube-system" };
  return [{ path: "/api/v1/namespaces/kube-system/configmaps", object: typed("v1", "ConfigMap", { metadata, data: { since: timestamp(now).slice(0, 10) } }) }];
}

/** @returns the object with its type in front */
function typed(apiVersion: string, kind: string, rest: { readonly metadata: KubeObject["metadata"] } & Record<string, unknown>): KubeObject {
  return { kind, apiVersion, ...rest };
}
