/** The labels by which requests are counted, as Kubernetes has them. All come from closed sets: what strangers ask for can't make new ones. */

import type { Kind } from "../../api/kind.ts";
import type { Call } from "../call.ts";

/** The order in which the families name them. */
export const REQUEST_LABELS = ["component", "dry_run", "group", "resource", "scope", "subresource", "verb", "version"] as const;

const VERBS: ReadonlyMap<string, string> = new Map([
  ["get", "GET"],
  ["list", "LIST"],
  ["watch", "WATCH"],
  ["create", "POST"],
  ["update", "PUT"],
  ["patch", "PATCH"],
  ["delete", "DELETE"],
  ["deletecollection", "DELETECOLLECTION"],
]);
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const CONNECTS: ReadonlySet<string> = new Set(["attach", "exec", "portforward", "proxy"]);
const PATHS: ReadonlySet<string> = new Set(["/healthz", "/livez", "/readyz", "/metrics", "/version", "/api", "/apis", "/debug", "/statusz", "/flagz"]);

export interface RequestLabels {
  readonly component: string;
  readonly group: string;
  readonly resource: string;
  readonly scope: string;
  readonly subresource: string;
  readonly verb: string;
  readonly version: string;
}

export function labelsOf(call: Call): RequestLabels {
  const { attributes, exchange } = call;
  const kind = kindOf(call);
  if (!kind) {
    const verb = METHODS.has(exchange.method) ? exchange.method : "OTHER";
    return { component: "", group: "", resource: "", scope: "", subresource: attributes.isResource ? "" : knownPath(attributes.path), verb, version: "" };
  }
  const verb = CONNECTS.has(attributes.subresource)
    ? "CONNECT"
    : attributes.verb === "patch" && isApply(exchange.headers["content-type"])
      ? "APPLY"
      : VERBS.get(attributes.verb);
  return {
    component: "apiserver",
    group: kind.group,
    resource: kind.resource,
    scope: scopeOf(attributes),
    subresource: subresourceOf(kind, attributes.subresource),
    verb: verb ?? "OTHER",
    version: kind.version,
  };
}

/** @returns the kind at the path, also of a request that was refused before it was looked up */
export function kindOf({ kind, attributes, context }: Call): Kind | undefined {
  return kind ?? (attributes.isResource ? context.kinds.find(attributes.group, attributes.version, attributes.resource) : undefined);
}

export function isApply(contentType: string | undefined): boolean {
  return contentType?.startsWith("application/apply-patch+") ?? false;
}

/** @returns 0 for an object, 1 for a namespace, 2 for the cluster */
export function scopeIndex({ name, namespace }: Call["attributes"]): number {
  if (name !== "") return 0;
  return namespace === "" ? 2 : 1;
}

export function scopeOf(attributes: Call["attributes"]): string {
  return ["resource", "namespace", "cluster"][scopeIndex(attributes)]!;
}

function subresourceOf(kind: Kind, subresource: string): string {
  return subresource === "" || kind.table.subresources.some((one) => one.name === subresource) ? subresource : "?";
}

function knownPath(path: string): string {
  if (path.startsWith("/openapi/v3")) return "openapi/v3";
  if (path.startsWith("/openapi/v2")) return "openapi/v2";
  const first = path.slice(0, path.indexOf("/", 1) === -1 ? undefined : path.indexOf("/", 1));
  return PATHS.has(first) ? first : "";
}
