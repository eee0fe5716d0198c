/** Ingresses and network policies: rules that lead somewhere, ranges that lie in each other. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ingress as IngressType, NetworkPolicy as NetworkPolicyType } from "../tables/networking-v1.ts";
import { Ingress } from "./ingress.ts";
import { NetworkPolicy } from "./network-policy.ts";

const context = { now: 0 };
const backend = { service: { name: "web", port: { number: 80 } } };

function ingress(path: string, pathType = "Prefix", hosts = ["a.example.com"]): IngressType {
  return { metadata: { name: "i" }, spec: { rules: hosts.map((host) => ({ host, http: { paths: [{ path, pathType, backend }] } })) } };
}

const fieldsOf = (errors: readonly { field: string }[] | undefined) => errors?.map(({ field }) => field);

test("paths are absolute and can be read in one way only", () => {
  const at = "spec.rules[0].http.paths[0].path";
  assert.deepEqual(fieldsOf(Ingress.rules.validate?.(ingress("/api"), context)), []);
  assert.deepEqual(fieldsOf(Ingress.rules.validate?.(ingress("api", "Exact"), context)), [at]);
  assert.deepEqual(fieldsOf(Ingress.rules.validate?.(ingress("/a//b/.."), context)), [at, at]);
});

test("a table shows three hosts and how many rules there are beyond them", () => {
  const one = ingress("/", "Prefix", ["a.com", "b.com", "c.com", "d.com"]);
  assert.equal(Ingress.rules.columns?.find(({ name }) => name === "Hosts")?.value(one, 0), "a.com,b.com,c.com + 1 more...");
});

function policy(cidr: string, ...except: string[]): NetworkPolicyType {
  return { metadata: { name: "p" }, spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr, except } }], ports: [{ port: 53 }] }] } };
}

test("a policy is of both directions where it says something of what goes out", () => {
  const one = policy("10.0.0.0/8");
  NetworkPolicy.rules.defaults?.(one);
  assert.deepEqual([one.spec.policyTypes, one.spec.egress?.[0]?.ports?.[0]?.protocol], [["Ingress", "Egress"], "TCP"]);
});

test("an exception lies within its range; ranges of before may stay as they are", () => {
  const at = "spec.egress[0].to[0].ipBlock";
  assert.deepEqual(fieldsOf(NetworkPolicy.rules.validateCreate?.(policy("10.0.0.0/8", "10.1.0.0/16"), context)), []);
  assert.deepEqual(fieldsOf(NetworkPolicy.rules.validateCreate?.(policy("10.0.0.0/8", "10.0.0.0/8", "11.0.0.0/16"), context)), [
    `${at}.except[0]`,
    `${at}.except[1]`,
  ]);
  const odd = policy("10.0.0.1/8");
  assert.deepEqual(fieldsOf(NetworkPolicy.rules.validateCreate?.(odd, context)), [`${at}.cidr`]);
  assert.deepEqual(fieldsOf(NetworkPolicy.rules.validateUpdate?.(odd, odd, context)), []);
});
