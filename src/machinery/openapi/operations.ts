/** Operations of OpenAPI documents: what each verb of a resource takes and gives. */

import type { Parameter } from "./parameters.ts";
import * as parameters from "./parameters.ts";
import type { GroupVersionKind, Json } from "./schemas.ts";

export interface Operation {
  readonly method: "get" | "put" | "post" | "patch" | "delete" | "head" | "options";
  readonly parameters: readonly Parameter[];
  readonly body: Json;
}

/** What an operation is about. */
export interface Subject {
  readonly gvk: GroupVersionKind;
  readonly tag: string;
  /** What stands in operation ids between the verb and the kind: `AppsV1`. */
  readonly prefix: string;
  /** The kind's name in operation ids, with `Namespaced` before it and the subresource after it. */
  readonly noun: string;
}

const ONE = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const MANY = [...ONE, "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
const BUILT_IN_PATCHES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

function content(types: readonly string[], schema: Json): Json {
  return { content: Object.fromEntries(types.toSorted().map((type) => [type, { schema }])) };
}

function responses(codes: readonly number[], types: readonly string[], schema: Json): Json {
  return {
    ...Object.fromEntries(codes.map((code) => [code, { description: DESCRIPTIONS[code], ...content(types, schema) }])),
    "401": { description: "Unauthorized" },
  };
}

const DESCRIPTIONS: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };

function operation(
  method: Operation["method"],
  subject: Subject,
  id: string,
  action: string,
  parts: { parameters?: readonly Parameter[]; request?: Json; responses: Json },
): Operation {
  return {
    method,
    parameters: parts.parameters ?? [],
    body: {
      tags: [subject.tag],
      operationId: id,
      ...(parts.request && { requestBody: parts.request }),
      responses: parts.responses,
      "x-kubernetes-action": action,
      "x-kubernetes-group-version-kind": subject.gvk,
    },
  };
}

const id = (verb: string, subject: Subject, before = "", after = ""): string => `${verb}${subject.prefix}${before}${subject.noun}${after}`;
const required = (schema: Json): Json => ({ ...content(["*/*"], schema), required: true });

export function read(subject: Subject, schema: Json, types: readonly string[] = ONE): Operation {
  return operation("get", subject, id("read", subject), "get", { responses: responses([200], types, schema) });
}

export function list(subject: Subject, schema: Json, after = ""): Operation {
  return operation("get", subject, id("list", subject, "", after), "list", { parameters: parameters.LIST, responses: responses([200], MANY, schema) });
}

/** @param after `List` for collections, and what tells where they are from */
export function watch(subject: Subject, schema: Json, action: "watch" | "watchlist", after = ""): Operation {
  return operation("get", subject, id("watch", subject, "", after), action, { parameters: parameters.LIST, responses: responses([200], MANY, schema) });
}

export function create(subject: Subject, schema: Json): Operation {
  return operation("post", subject, id("create", subject), "post", {
    parameters: parameters.WRITE,
    request: required(schema),
    responses: responses([200, 201, 202], ONE, schema),
  });
}

export function replace(subject: Subject, schema: Json): Operation {
  return operation("put", subject, id("replace", subject), "put", {
    parameters: parameters.WRITE,
    request: required(schema),
    responses: responses([200, 201], ONE, schema),
  });
}

export function patch(subject: Subject, schema: Json, document: Json): Operation {
  return operation("patch", subject, id("patch", subject), "patch", {
    parameters: parameters.PATCH,
    request: { ...content(BUILT_IN_PATCHES, document), required: true },
    responses: responses([200, 201], ONE, schema),
  });
}

export function remove(subject: Subject, options: Json, result: Json): Operation {
  return operation("delete", subject, id("delete", subject), "delete", {
    parameters: parameters.DELETE,
    request: content(["*/*"], options),
    responses: responses([200, 202], ONE, result),
  });
}

export function removeCollection(subject: Subject, options: Json, result: Json): Operation {
  return operation("delete", subject, id("delete", subject, "Collection"), "deletecollection", {
    parameters: parameters.DELETE_COLLECTION,
    request: content(["*/*"], options),
    responses: responses([200], ONE, result),
  });
}

export function connect(subject: Subject, method: Operation["method"], after = ""): Operation {
  const verb = method.charAt(0).toUpperCase() + method.slice(1);
  return operation(method, subject, `connect${subject.prefix}${verb}${subject.noun}${after}`, "connect", {
    responses: responses([200], ["*/*"], { type: "string" }),
  });
}

/** Logs: text, whatever the client asks for. */
export const TEXT: readonly string[] = [...ONE, "text/plain"];

/** @returns a path's item: parameters that all its operations have stand once beside them */
export function pathItem(operations: readonly Operation[], own: readonly Parameter[]): Json {
  const all = operations.map((one) => [...one.parameters, ...own]);
  const shared = (all[0] ?? []).filter((parameter) => all.every((list) => list.some((other) => other.name === parameter.name && other.in === parameter.in)));
  const item: Json = {};
  for (const one of operations) {
    const rest = one.parameters.filter((parameter) => !shared.includes(parameter));
    item[one.method] = { ...one.body, ...(rest.length > 0 && { parameters: byName(rest) }) };
  }
  if (shared.length > 0) item.parameters = byName(shared);
  return item;
}

function byName(list: readonly Parameter[]): Parameter[] {
  return list.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.in < b.in ? -1 : 1));
}
