/** Attributes from a target and a method, as Kubernetes' RequestInfo reads them (k8s.io/apiserver, pkg/endpoints/request/requestinfo.go). */

import { badRequest } from "../../machinery/status/status-error.ts";
import type { Attributes } from "../../security/attributes.ts";
import type { Target } from "./target.ts";

const VERB_OF_METHOD: ReadonlyMap<string, string> = new Map([
  ["GET", "get"],
  ["HEAD", "get"],
  ["POST", "create"],
  ["PUT", "update"],
  ["PATCH", "patch"],
  ["DELETE", "delete"],
]);
/** After `namespaces/NAME` these belong to the namespace itself; anything else is a resource in it. */
const OF_NAMESPACES: ReadonlySet<string> = new Set(["status", "finalize"]);

/** @throws StatusError 400 for a path that stops after `watch` */
export function attributesOf(method: string, target: Target): Attributes {
  const { segments } = target;
  const [root] = segments;
  const start = root === "api" ? 2 : root === "apis" ? 3 : Number.POSITIVE_INFINITY;
  if (segments.length <= start) return nonResource(method, target);
  const group = root === "apis" ? segments[1]! : "";
  const version = segments[start - 1]!;
  let at = start;
  const watchByPath = segments[at] === "watch";
  if (watchByPath && segments.length === ++at) throw badRequest(`unable to determine kind and namespace from url, /${segments.join("/")}`);
  let namespace = "";
  if (segments[at] === "namespaces" && segments.length > at + 1) {
    namespace = segments[at + 1]!;
    if (segments.length > at + 2 && !OF_NAMESPACES.has(segments[at + 2]!)) at += 2;
  }
  const named = segments[at + 1] ?? "";
  let verb = watchByPath ? "watch" : (VERB_OF_METHOD.get(method) ?? "");
  let name = named;
  if (named === "" && verb === "get") verb = asksToWatch(target.query) ? "watch" : "list";
  if (named === "" && verb === "delete") verb = "deletecollection";
  if (named === "" && (verb === "list" || verb === "watch" || verb === "deletecollection")) name = pinnedName(target.query);
  return {
    isResource: true,
    path: `/${segments.join("/")}`,
    verb,
    group,
    version,
    namespace,
    resource: segments[at]!,
    subresource: segments[at + 2] ?? "",
    name,
    tail: tailOf(target, at + 3),
  };
}

function nonResource(method: string, { segments, slash }: Target): Attributes {
  const path = `/${segments.join("/")}${slash ? "/" : ""}`;
  return { isResource: false, path, verb: method.toLowerCase(), group: "", version: "", namespace: "", resource: "", subresource: "", name: "", tail: "" };
}

/** What follows a subresource, as it came: it is passed on, never looked up. */
function tailOf({ raw, slash }: Target, from: number): string {
  if (raw.length < from) return "";
  const rest = raw.slice(from).map((segment) => `/${segment}`);
  return `${rest.join("")}${slash ? "/" : ""}`;
}

function asksToWatch(query: URLSearchParams): boolean {
  const asked = query.get("watch");
  return asked !== null && asked !== "0" && asked.toLowerCase() !== "false";
}

/** The value that a field selector demands of `metadata.name`, "" where it demands none: `a=b,metadata.name=web`. */
function pinnedName(query: URLSearchParams): string {
  const selector = query.get("fieldSelector");
  if (!selector?.includes("metadata.name")) return "";
  for (const term of selector.split(",")) {
    const [, value] = /^metadata\.name==?([^=!\\]+)$/.exec(term.trim()) ?? [];
    if (value !== undefined && value !== "." && value !== ".." && !/[/%]/.test(value)) return value;
  }
  return "";
}
