import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lister } from "../api/resource.ts";
import type { Node } from "../api/tables/core-v1.ts";
import { nodeIpam } from "./node-ipam.ts";

const node = (name: string, podCIDR?: string): Node => ({ metadata: { name, resourceVersion: "7" }, spec: podCIDR ? { podCIDR, podCIDRs: [podCIDR] } : {} });

/** What the controller does about a node: the range it gives, or what it says. */
function lookAt(ipam: ReturnType<typeof nodeIpam>, one: Node, all: readonly Node[]): string | undefined {
  assert.equal(ipam.form, "controller");
  const nodes: Lister<Node> = { get: (_, name) => all.find(({ metadata }) => metadata.name === name), list: () => all, ownedBy: () => [], orphans: () => [] };
  const [outcome] = ipam.declaration.reconcile(one, { nodes }, { now: 0 });
  if (outcome === undefined || "againInMs" in outcome) return undefined;
  if ("note" in outcome) return outcome.note.reason;
  const body = outcome.patch?.body ?? assert.fail("it is no patch");
  const { metadata, spec } = body as { metadata: { resourceVersion: string }; spec: { podCIDR: string; podCIDRs: string[] } };
  assert.deepEqual([metadata.resourceVersion, spec.podCIDRs], ["7", [spec.podCIDR]]);
  return spec.podCIDR;
}

test("a node without a range gets the first that nobody has, also where the cache is behind", () => {
  const ipam = nodeIpam("10.244.0.0/16");
  const [a, b, c] = [node("a", "10.244.0.0/24"), node("b"), node("c")];
  assert.equal(lookAt(ipam, b, [a, b, c]), "10.244.1.0/24");
  assert.equal(lookAt(ipam, c, [a, b, c]), "10.244.2.0/24");
  assert.equal(lookAt(ipam, b, [a, b, c]), "10.244.1.0/24", "asked again, it is the same");
  assert.equal(lookAt(ipam, a, [a, b, c]), undefined);
});

test("the range of a node that is gone is free again", () => {
  const ipam = nodeIpam("10.244.0.0/16");
  const [a, b] = [node("a"), node("b")];
  assert.equal(lookAt(ipam, a, [a]), "10.244.0.0/24");
  assert.equal(lookAt(ipam, b, [b]), "10.244.0.0/24");
});

test("where no range is left it is said, and what is no range at all is refused at once", () => {
  const ipam = nodeIpam("10.244.0.0/23");
  const [a, b, c] = [node("a", "10.244.0.0/24"), node("b", "10.244.1.0/24"), node("c")];
  assert.equal(lookAt(ipam, c, [a, b, c]), "CIDRNotAvailable");
  for (const wrong of ["10.244.0.0", "10.244.0.0/25", "10.244.0/16", "fd00::/48"]) assert.throws(() => nodeIpam(wrong), /Cannot give nodes ranges/, wrong);
});
