/** What a request line means, and which are refused. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusError } from "../../machinery/status/status-error.ts";
import { attributesOf } from "./attributes.ts";
import { parseTarget } from "./target.ts";

const read = (method: string, target: string) => attributesOf(method, parseTarget(target));

/** verb group/version namespace resource/name/subresource tail */
function told(method: string, target: string): string {
  const a = read(method, target);
  return a.isResource
    ? [a.verb, `${a.group}/${a.version}`, a.namespace, `${a.resource}/${a.name}/${a.subresource}`, a.tail].join(" ").trimEnd()
    : `${a.verb} ${a.path}`;
}

test("a request line is read as Kubernetes reads it", () => {
  const lines: [string, string, string][] = [
    ["GET", "/api/v1/pods", "list /v1  pods//"],
    ["GET", "/api/v1/namespaces/a/pods", "list /v1 a pods//"],
    ["GET", "/api/v1/namespaces/a/pods/", "list /v1 a pods//"],
    ["GET", "/api/v1/namespaces/a/pods?watch=1", "watch /v1 a pods//"],
    ["GET", "/api/v1/namespaces/a/pods?watch=false", "list /v1 a pods//"],
    ["GET", "/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dweb", "list /v1 a pods/web/"],
    ["GET", "/api/v1/namespaces/a/pods?watch&fieldSelector=spec.x%3D1,metadata.name%3D%3Dweb", "watch /v1 a pods/web/"],
    ["GET", "/api/v1/namespaces/a/pods?fieldSelector=metadata.name!%3Dweb", "list /v1 a pods//"],
    ["GET", "/api/v1/watch/namespaces/a/pods/web", "watch /v1 a pods/web/"],
    ["GET", "/api/v1/namespaces/a", "get /v1 a namespaces/a/"],
    ["PUT", "/api/v1/namespaces/a/finalize", "update /v1 a namespaces/a/finalize"],
    ["GET", "/api/v1/namespaces/a/status", "get /v1 a namespaces/a/status"],
    ["PATCH", "/apis/apps/v1/namespaces/a/deployments/d/status", "patch apps/v1 a deployments/d/status"],
    ["DELETE", "/apis/apps/v1/namespaces/a/deployments", "deletecollection apps/v1 a deployments//"],
    ["DELETE", "/api/v1/nodes/n", "delete /v1  nodes/n/"],
    ["POST", "/api/v1/namespaces/a/services/https:web:8443/proxy/x%20y/z/", "create /v1 a services/https:web:8443/proxy /x%20y/z/"],
    ["GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode", "get rbac.authorization.k8s.io/v1  clusterroles/system:node/"],
    ["GET", "/apis/apps/v1", "get /apis/apps/v1"],
    ["GET", "/apis/apps/v1/", "get /apis/apps/v1/"],
    ["GET", "/api/v1", "get /api/v1"],
    ["GET", "/", "get /"],
    ["POST", "/healthz/etcd?verbose", "post /healthz/etcd"],
    ["OPTIONS", "/api/v1/pods", " /v1  pods//"],
  ];
  assert.deepEqual(
    lines.map(([method, target]) => told(method, target)),
    lines.map(([, , expected]) => expected.trimEnd()),
  );
});

test("an odd spelling is refused, whatever it would have meant", () => {
  const targets = [
    "",
    "*",
    "api/v1",
    "https://127.0.0.1/api/v1/pods",
    "//api/v1/pods",
    "/api//v1/pods",
    "/api/v1/pods//",
    "/api/v1/namespaces/../pods",
    "/api/v1/namespaces/./pods",
    "/api/v1/namespaces/%2e%2e/pods",
    "/api/v1/namespaces/.%2E/pods",
    "/api/v1/namespaces/a%2fb/pods",
    "/api/v1/namespaces/a%5cb/pods",
    "/api/v1/namespaces/a\\b/pods",
    "/api/v1/%70ods",
    "/api/v1/pods;x=1",
    "/api/v1/pods/a%00b",
    "/api/v1/pods/a%0ab",
    "/api/v1/pods/a\u0000b",
    "/api/v1/pods/%c0%ae%c0%ae",
    "/api/v1/pods/%ff",
    "/api/v1/pods/%zz",
    "/api/v1/pods/%2",
    "/api/v1/pods#x",
    "/api/v1/namespaces/a/pods/b/proxy/../../../c",
    "/api/v1/namespaces/a/pods/b/proxy/%2e%2e/c",
    "/api/v1/namespaces/a/pods/b/proxy//c",
    "/api/v1/pods?labelSelector=%zz",
    "/api/v1/pods?labelSelector=%ff",
    "/api/v1/pods?a=\u0001",
    "/api/v1/watch",
    `/${"a/".repeat(300)}`,
  ];
  const passed = targets.filter((target) => {
    try {
      read("GET", target);
      return true;
    } catch (error) {
      assert.ok(error instanceof StatusError && error.status.code === 400, `${target}: ${error}`);
      return false;
    }
  });
  assert.deepEqual(passed, []);
});
