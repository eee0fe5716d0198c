/** What the server says it has: `/api`, `/apis`, a group, a version, and the aggregated form of all (k8s.io/apiserver pkg/endpoints/discovery). */

import { createHash } from "node:crypto";
import type { ResourceTable, SubresourceTable } from "../schema/table.ts";
import { compareGroups, compareVersions, groupPriority, versionPriority } from "./group-order.ts";

/** What stands behind the media type of the aggregated form. */
export const AGGREGATED = ";g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** What kube-apiserver v1.37 stores in another version's form: the hash is that of the stored one, and clients compare it with what they knew. */
const STORED_AS: Readonly<Record<string, string>> = {
  "apiextensions.k8s.io/v1/CustomResourceDefinition": "apiextensions.k8s.io/v1beta1/CustomResourceDefinition",
  "autoscaling/v1/HorizontalPodAutoscaler": "autoscaling/v2/HorizontalPodAutoscaler",
  "certificates.k8s.io/v1/ClusterTrustBundle": "certificates.k8s.io/v1beta1/ClusterTrustBundle",
  "certificates.k8s.io/v1/PodCertificateRequest": "certificates.k8s.io/v1beta1/PodCertificateRequest",
  "events.k8s.io/v1/Event": "/v1/Event",
  "resource.k8s.io/v1/DeviceTaintRule": "resource.k8s.io/v1beta2/DeviceTaintRule",
  "storagemigration.k8s.io/v1/StorageVersionMigration": "storagemigration.k8s.io/v1beta1/StorageVersionMigration",
};

/** A version of a group that another server serves. */
export interface ForeignVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** Its resources as they stand in the aggregated form. */
  readonly resources: readonly object[];
  readonly freshness: "Current" | "Stale";
}

interface VersionRows {
  readonly version: string;
  readonly rows: readonly ResourceTable[];
  readonly foreign?: ForeignVersion;
}

/** Discovery of a set of resources. Its documents are plain objects in the order in which kube-apiserver writes them. */
export class Discovery {
  /** Versions by group, both in discovery's order. */
  readonly #groups: ReadonlyMap<string, readonly VersionRows[]>;

  /** @param foreign takes the place of what has the same group and version here */
  constructor(rows: readonly ResourceTable[], foreign: readonly ForeignVersion[] = []) {
    const groups = new Map<string, VersionRows[]>();
    const names = new Set([...rows, ...foreign].map(({ group }) => group));
    const priorities = new Map([...names].map((group) => [group, priorityOf(group, rows, foreign)]));
    for (const group of [...names].sort((a, b) => compareGroups(a, b, (name) => priorities.get(name) ?? 0))) {
      const others = foreign.filter((one) => one.group === group);
      const own = rows.filter((row) => row.group === group && !others.some(({ version }) => version === row.version));
      const versions: VersionRows[] = [...new Set(own.map((row) => row.version))].map((version) => ({
        version,
        rows: byName(own.filter((row) => row.version === version)),
      }));
      groups.set(group, [...versions, ...others.map((one) => ({ version: one.version, rows: [], foreign: one }))].sort(compareRanks(group)));
    }
    this.#groups = groups;
  }

  /** `/api` @param address where clients find this server: host and port */
  apiVersions(address: string): object {
    return {
      kind: "APIVersions",
      versions: (this.#groups.get("") ?? []).map(({ version }) => version),
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
    };
  }

  /** `/apis` */
  groupList(): object {
    return { kind: "APIGroupList", apiVersion: "v1", groups: this.#named().map(([group, versions]) => groupEntry(group, versions)) };
  }

  /** `/apis/GROUP`; undefined for a group that isn't there */
  group(name: string): object | undefined {
    const versions = name === "" ? undefined : this.#groups.get(name);
    return versions && { kind: "APIGroup", apiVersion: "v1", ...groupEntry(name, versions) };
  }

  /** `/api/v1` and `/apis/GROUP/VERSION`; undefined for a version that isn't there */
  resources(group: string, version: string): object | undefined {
    const found = this.#groups.get(group)?.find((one) => one.version === version);
    if (found === undefined || found.foreign) return undefined;
    const groupVersion = group === "" ? version : `${group}/${version}`;
    const resources = found.rows.flatMap((row) => [resourceEntry(row), ...row.subresources.map((sub) => subresourceEntry(row, sub))]);
    return { kind: "APIResourceList", ...(group !== "" && { apiVersion: "v1" }), groupVersion, resources };
  }

  /** The aggregated form of `/api` (the core group) or `/apis` (the others). */
  aggregated(root: "api" | "apis"): object {
    const groups = root === "api" ? [...this.#groups].filter(([group]) => group === "") : this.#named();
    return {
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      metadata: {},
      items: groups.map(([group, versions]) => ({
        metadata: group === "" ? {} : { name: group },
        versions: versions.map(({ version, rows, foreign }) => ({
          version,
          resources: foreign?.resources ?? rows.map(aggregatedEntry),
          freshness: foreign?.freshness ?? "Current",
        })),
      })),
    };
  }

  #named(): [string, readonly VersionRows[]][] {
    return [...this.#groups].filter(([group]) => group !== "");
  }
}

/** The quoted ETag of a document's bytes. */
export function etag(bytes: Uint8Array): string {
  return `"${createHash("sha512").update(bytes).digest("hex").toUpperCase()}"`;
}

/** @returns the hash by which clients see that the stored version changed: of group, version and kind; undefined for what isn't stored */
export function storageVersionHash(row: ResourceTable): string | undefined {
  if (!row.verbs.includes("watch")) return undefined;
  const own = `${row.group}/${row.custom?.storageVersion ?? row.version}/${row.kind}`;
  return createHash("sha256")
    .update(STORED_AS[own] ?? own)
    .digest()
    .subarray(0, 8)
    .toString("base64");
}

/** The highest that any of its versions gives the group. */
function priorityOf(group: string, rows: readonly ResourceTable[], foreign: readonly ForeignVersion[]): number {
  const own = rows.some((row) => row.group === group) ? [groupPriority(group)] : [];
  return Math.max(...own, ...foreign.filter((one) => one.group === group).map((one) => one.groupPriority));
}

function compareRanks(group: string): (a: VersionRows, b: VersionRows) => number {
  const rank = ({ version, foreign }: VersionRows) => foreign?.versionPriority ?? versionPriority(group, version);
  return (a, b) => rank(b) - rank(a) || compareVersions(a.version, b.version);
}

function byName(rows: readonly ResourceTable[]): ResourceTable[] {
  return rows.toSorted((a, b) => (a.resource < b.resource ? -1 : a.resource > b.resource ? 1 : 0));
}

function groupEntry(name: string, versions: readonly VersionRows[]): object {
  const all = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: all, preferredVersion: all[0] };
}

function resourceEntry(row: ResourceTable): object {
  const hash = storageVersionHash(row);
  return {
    name: row.resource,
    singularName: row.singular,
    namespaced: row.namespaced,
    ...(row.responseGroup !== undefined && { group: row.responseGroup, version: row.responseVersion }),
    kind: row.kind,
    verbs: shownVerbs(row),
    ...(row.shortNames && { shortNames: row.shortNames }),
    ...(row.categories && { categories: row.categories }),
    ...(hash !== undefined && { storageVersionHash: hash }),
  };
}

/** Of what is being deleted with its definition, nothing new can be made. */
function shownVerbs({ verbs, custom }: ResourceTable): readonly string[] {
  return custom?.terminating ? ["delete", "deletecollection", "get", "list", "watch"] : verbs;
}

function subresourceEntry(row: ResourceTable, sub: SubresourceTable): object {
  return {
    name: `${row.resource}/${sub.name}`,
    singularName: "",
    namespaced: row.namespaced,
    ...(sub.group !== undefined && { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  };
}

function aggregatedEntry(row: ResourceTable): object {
  return {
    resource: row.resource,
    responseKind: { group: row.responseGroup ?? "", version: row.responseVersion ?? "", kind: row.kind },
    scope: row.namespaced ? "Namespaced" : "Cluster",
    singularResource: row.singular,
    verbs: shownVerbs(row),
    ...(row.shortNames && { shortNames: row.shortNames }),
    ...(row.categories && { categories: row.categories }),
    ...(row.subresources.length > 0 && {
      subresources: row.subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: { group: sub.group ?? "", version: sub.version ?? "", kind: sub.kind },
        verbs: sub.verbs,
      })),
    }),
  };
}
