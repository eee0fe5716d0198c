/** Requests that no good client sends: odd paths, methods, bodies and headers. */

import type { Plain } from "../../../src/machinery/plain.ts";
import type { Choices } from "../random-writes.ts";
import { anyAccept, writeQuery } from "./forms.ts";
import type { Spot } from "./objects.ts";
import type { Make } from "./story.ts";
import { jsonText } from "./text.ts";

const METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE", "TRACE", "FROB", "CONNECTED"];
const PATHS = [
  "/api",
  "/api/",
  "/apis",
  "/apis/",
  "/api/v1",
  "/api/v1/",
  "/api/v2",
  "/apis/apps",
  "/apis/apps/",
  "/apis/apps/v1",
  "/apis/apps/v9",
  "/apis/none.example.com",
  "/apis/none.example.com/v1",
  "/apis/none.example.com/v1/things",
  "//api",
  "/api//v1",
  "/api/v1//pods",
  "/api/v1/pods/",
  "/API/v1/pods",
  "/api/v1/nothings",
  "/api/v1/namespaces/default/nothings",
  "/api/v1/namespaces/default/nothings/x",
  "/api/v1/namespaces/default/pods/none/nothing",
  "/api/v1/namespaces/default/pods/none/status/x",
  "/api/v1/namespaces//pods",
  "/api/v1/namespaces/default/nodes",
  "/api/v1/pods/none",
  "/api/v1/nodes/none/status",
  "/api/v1/watch/namespaces/default/configmaps?timeoutSeconds=1",
  "/api/v1/watch/nothings",
  "/api/v1/proxy/namespaces/default/pods/x",
  "/healthz/none",
  "/livez/ping",
  "/readyz?exclude=none",
  "/none",
  "/..",
  "/api/v1/../v1/pods",
  "/api/v1/namespaces/%2e%2e/pods",
  "/api/v1/namespaces/default/configmaps/%2F",
  "/api/v1/namespaces/default/configmaps/a%20b",
  "/api/v1/namespaces/default/configmaps/%zz",
  "/api/v1/namespaces/default/configmaps/none?resourceVersion=x",
  "/api/v1/namespaces/none-such/configmaps",
  "/api/v1/namespaces/none-such",
  "/apis/authorization.k8s.io/v1/subjectaccessreviews",
  "/apis/authentication.k8s.io/v1/selfsubjectreviews",
  "/api/v1/componentstatuses/none",
  "/apis/batch/v1/jobs/none",
  "/apis/extensions/v1beta1/ingresses",
  "/apis/apps/v1/namespaces/default/deployments/none/scale",
  "/apis/apps/v1/namespaces/default/daemonsets/none/scale",
  "/apis/policy/v1/namespaces/default/evictions",
  "/api/v1/namespaces/default/pods/none/eviction",
  "/api/v1/namespaces/default/serviceaccounts/none/token",
  "/api/v1/namespaces/default/services/none/proxy/",
  "/api/v1/bindings",
  "/api/v1/namespaces/default/bindings",
  "/logs/",
  "/debug/none",
  "/openapi/v4",
  "/openapi/v3/none",
  "/.well-known/none",
];

/** Any method on any path. */
export const oddPath: Make = (_, choices) => {
  const method = choices.below(3) === 0 ? choices.pick(METHODS) : "GET";
  const body = method === "POST" || method === "PUT" || method === "PATCH" ? choices.pick([undefined, "{}", "null", "x"]) : undefined;
  const type =
    body === undefined
      ? undefined
      : method === "PATCH"
        ? choices.pick(["application/merge-patch+json", "application/json", undefined])
        : choices.pick(["application/json", undefined]);
  return { method, path: choices.pick(PATHS), accept: anyAccept(choices, 4), ...(body !== undefined && { body, type }) };
};

/** Methods where they don't belong. */
export function oddMethod({ path, name }: Spot): Make {
  return (_, choices) => {
    const [method, at] = choices.pick([
      ["PUT", path],
      ["PATCH", path],
      ["POST", `${path}/${name}`],
      ["HEAD", path],
      ["OPTIONS", path],
      ["GET", `${path}/${name}/nothing`],
      ["PUT", `${path}/${name}/nothing`],
      ...(path.includes("/namespaces/") ? ([["GET", `${path}/`]] as const) : []),
      ["GET", `${path}/${name}/`],
      ["FROB", `${path}/${name}`],
      ["DELETE", `${path}/none-such`],
      ["GET", `${path}/none-such`],
      ["GET", `${path}/NONE`],
      ["GET", `${path}/none?watch=1&timeoutSeconds=1`],
      ["PUT", `${path}/none-such`],
      ["PATCH", `${path}/none-such`],
    ] as const);
    const body = method === "PUT" || method === "POST" ? "{}" : method === "PATCH" ? "{}" : undefined;
    return {
      method,
      path: at,
      accept: anyAccept(choices, 4),
      ...(body && {
        body,
        type:
          method === "PATCH"
            ? choices.pick(["application/merge-patch+json", "application/strategic-merge-patch+json", "application/json-patch+json", "application/json"])
            : "application/json",
      }),
    };
  };
}

const TEXTS = [
  "",
  "null",
  "[]",
  '"x"',
  "1",
  "x",
  "{",
  '{"a":',
  '{"a":1,}',
  "{}",
  "{}{}",
  "{} x",
  "\ufeff{}",
  "---\na: b\n",
  "a: b: c",
  "\u0000",
  '{"metadata":[]}',
  '{"metadata":null}',
  '{"metadata":{"name":1}}',
  '{"kind":1}',
  '{"apiVersion":"v1","kind":"List"}',
  '{"kind":"Status"}',
  "'{}'",
  '{"metadata":{"name":"\\ud800"}}',
  '{"metadata":{"labels":{"a":null}}}',
];
const TYPES = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "text/plain",
  "application/cbor",
  "application/json;charset=utf-8",
  "application/merge-patch+json",
  "",
  "application/x-www-form-urlencoded",
];

/** Bodies that are no object. */
export function oddBody({ path, name }: Spot, good: Plain): Make {
  return (_, choices) => {
    const body = choices.below(3) === 0 ? jsonText(good) : choices.pick(TEXTS);
    const type = choices.below(3) === 0 ? choices.pick(TYPES) : "application/json";
    const [method, at] = choices.pick([
      ["POST", path],
      ["POST", path],
      ["PUT", `${path}/${name}`],
    ] as const);
    return { method, path: at + writeQuery(choices), body, type };
  };
}

/** Names and kinds in the body that aren't those of the path. */
export function oddNames({ path, name }: Spot, good: Plain): Make {
  return (_, choices) => {
    const metadata = good.metadata as Plain;
    const other = choices.pick(oddMetadata(choices));
    const object = {
      ...good,
      metadata: { ...metadata, ...other },
      ...(choices.below(4) === 0 &&
        choices.pick([
          { kind: "Other" },
          { apiVersion: "example.com/v1" },
          { apiVersion: "v9" },
          { apiVersion: "a/b/c" },
          { kind: undefined },
          { apiVersion: undefined },
        ])),
    };
    const [method, at] = choices.pick([
      ["POST", path],
      ["POST", path],
      ["POST", path],
      ["PUT", `${path}/${name}`],
    ] as const);
    return { method, path: at + writeQuery(choices), body: jsonText(object), type: "application/json" };
  };
}

function oddMetadata(choices: Choices): readonly Plain[] {
  return [
    {
      name: choices.pick(["", "A", "a_b", "a b", "-a", "a.", "x".repeat(254), "x".repeat(64), "a/b", "a%b", "..", ".", "é", "1", "a:b", "system:x", "1.2.3.4"]),
    },
    { name: undefined },
    { name: undefined, generateName: choices.pick(["gen-", "G-", "x".repeat(70), "x".repeat(300), "-", "gen"]) },
    { namespace: choices.pick(["other", "", "default"]) },
    { resourceVersion: choices.pick(["1", "0", "x"]) },
    { uid: "6f1f6d7c-0000-4000-8000-000000000000" },
    { generation: -1 },
    { deletionTimestamp: "2025-03-04T05:06:07Z" },
    { labels: choices.pick([{ "a b": "c" }, { a: "b c" }, { "a/b/c": "" }, { a: "x".repeat(64) }, { "": "" }]) },
    { annotations: choices.pick([{ "a b": "c" }, { A: "b" }, { a: "x".repeat(262145) }, { "": "" }]) },
    {
      finalizers: choices.pick([
        ["a"],
        ["a.io/b"],
        ["a.io/b", "a.io/b"],
        [""],
        ["orphan"],
        ["foregroundDeletion"],
        ["orphan", "foregroundDeletion"],
        ["kubernetes"],
      ]),
    },
    {
      ownerReferences: choices.pick([
        [{}],
        [{ apiVersion: "v1", kind: "Pod", name: "x", uid: "u" }],
        [{ apiVersion: "v1", kind: "Event", name: "x", uid: "u" }],
        [
          { apiVersion: "v1", kind: "Pod", name: "x", uid: "u", controller: true },
          { apiVersion: "v1", kind: "Pod", name: "y", uid: "w", controller: true },
        ],
        [{ apiVersion: "a/b/c", kind: "", name: "", uid: "" }],
      ]),
    },
    {
      managedFields: choices.pick([
        [{ manager: "x", operation: "Update" }],
        [{ manager: "x", operation: "Other" }],
        [{ manager: "x", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: {} }],
        [{ manager: "x", operation: "Apply", apiVersion: "v1", fieldsType: "Other" }],
        [{}],
      ]),
    },
  ];
}
