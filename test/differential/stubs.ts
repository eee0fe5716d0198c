/** A valid small object of every kind that is stored: Kubernetes' own, read from the source of its storage tests (test/integration/etcd/data.go of k8s.io/kubernetes). */

import { readFileSync } from "node:fs";
import { isObject } from "../../src/machinery/plain.ts";

export interface Stub {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly object: { metadata: { name: string } };
  /** A status that the kind may have, where the tests know one. */
  readonly status: object | undefined;
}

const IMAGE = "registry.example/busybox:1";

/** @param file path of data.go. @returns the stubs; what can't be read as plain JSON is left out */
export function stubs(file: string, namespace: string): Stub[] {
  const source = readFileSync(file, "utf8");
  const found: Stub[] = [];
  for (const [, group = "", version = "", resource = "", body = ""] of source.matchAll(/gvr\("([^"]*)", "([^"]*)", "([^"]*)"\): \{\n(.*?)\n\t\t\},/gs)) {
    const object = member(body, "Stub", namespace);
    if (isObject(object) && isObject(object.metadata)) {
      found.push({ group, version, resource, object: object as Stub["object"], status: member(body, "StatusStub", namespace) as object | undefined });
    }
  }
  return found;
}

function member(body: string, name: string, namespace: string): unknown {
  const [, text] = new RegExp(`^\\s*${name}:\\s+(.*),$`, "m").exec(body) ?? [];
  if (text === undefined) return undefined;
  const joined = text
    .split(/\s*\+\s*(?=[`a-z])/)
    .map((part) => (part.startsWith("`") ? part.slice(1, -1) : part === "namespace" ? namespace : part.includes("mage") ? IMAGE : ""))
    .join("");
  try {
    return JSON.parse(joined);
  } catch {
    return undefined;
  }
}
