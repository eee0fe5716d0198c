/** Names: good ones, bad ones, and the sentences that people see. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isConfigMapKey,
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isEnvVarName,
  isPathSegmentName,
  isQualifiedName,
  isValidLabelValue,
  isValidPortName,
  isWildcardDNS1123Subdomain,
} from "./names.ts";

const CASES: readonly [check: (value: string) => string[], good: readonly string[], bad: readonly string[]][] = [
  [isDNS1123Label, ["a", "0-9", "a".repeat(63)], ["", "A", "a-", "a.b", "_", "a\n", "a".repeat(64)]],
  [isDNS1123Subdomain, ["a.b", "1.2", "a".repeat(253)], ["a..b", ".a", "a_b", "A.b", "a.b\n", "a".repeat(254)]],
  [isDNS1035Label, ["a1"], ["1a", "a-", "-a", ""]],
  [isQualifiedName, ["a", "A_b.c-D", "x.y/Z", "1"], ["", "/a", "a/", "a/b/c", "-a", "A.b/c/", "é", "a".repeat(64), `${"a".repeat(254)}/a`]],
  [isValidLabelValue, ["", "a", "A.b_c-9"], ["-a", "a/b", "a b", "a".repeat(64)]],
  [isConfigMapKey, ["a.b", "..a".slice(1), "A-_."], ["", ".", "..", "..a", "a/b"]],
  [isEnvVarName, ["A", "a-b.c d", "1"], ["", "a=b", "é", "a\tb"]],
  [isValidPortName, ["http", "a-1"], ["", "HTTP", "1", "a--b", "-a", "a-", "a".repeat(16)]],
  [isWildcardDNS1123Subdomain, ["*.a.b"], ["*", "*.*.a", "a.b", "*a"]],
  [isPathSegmentName, ["a:b", "system:node"], [".", "..", "a/b", "a%b"]],
];

test("each check takes good names and complains of bad ones", () => {
  for (const [check, good, bad] of CASES) {
    for (const value of good) assert.deepEqual(check(value), [], `${check.name} ${value}`);
    for (const value of bad) assert.notDeepEqual(check(value), [], `${check.name} ${value}`);
  }
});

test("complaints are Kubernetes' sentences", () => {
  assert.deepEqual(isDNS1123Label("a.b"), ["must not contain dots"]);
  assert.deepEqual(isDNS1123Subdomain("A"), [
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]);
});

test("checks take linear time", () => {
  const start = performance.now();
  for (const [check] of CASES) for (const part of ["a", "a.", "-", "a-"]) check(`${part.repeat(500_000)}!`);
  assert.ok(performance.now() - start < 2000);
});
