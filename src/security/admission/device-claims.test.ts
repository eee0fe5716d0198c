import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, user } from "../../../test/support/admission.ts";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import type { Authorizer } from "../attributes.ts";
import { deviceClaimRights } from "./device-claims.ts";

/** Allows what is listed: `USER VERB RESOURCE/SUBRESOURCE NAMESPACE NAME`. */
const allowing = (...allowed: string[]): Authorizer => ({
  name: "list",
  authorize: ({ user: { name }, attributes: a }) => {
    const asked = [name, a.verb, `${a.resource}/${a.subresource}`, a.namespace || "-", a.name || "-"].join(" ");
    return { decision: allowed.includes(asked) ? "allow" : "none", reason: "" };
  },
});

const namespace = (labels: Record<string, string>): MemoryReader => {
  const reader = new MemoryReader();
  reader.put("", "namespaces", { metadata: { name: "a", labels } });
  return reader;
};

function refusesAt(...fields: string[]): (error: unknown) => boolean {
  return (error) => {
    const { status } = error as { status: { code: number; details: { causes: { field: string }[] } } };
    assert.deepEqual([status.code, ...status.details.causes.map(({ field }) => field)], [422, ...fields]);
    return true;
  };
}

const allocation = {
  devices: { results: [{ request: "r", driver: "d", pool: "p", device: "x" }] },
  nodeSelector: { nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] }] },
};

test("who binds may allocate, and a driver speaks from the devices' own node, or from anywhere", async () => {
  const status = (authorizer: Authorizer, who: ReturnType<typeof user>, next: object, last: object, labels = {}) => {
    const claim = (own: object) => ({ metadata: { name: "x", namespace: "a" }, spec: {}, status: own });
    const plugin = deviceClaimRights(authorizer);
    // Reached as the subresource of its group.
    const on = "resourceclaims.resource.k8s.io/status";
    return ask(
      { ...plugin, on: [on] },
      { reader: namespace(labels), on, namespace: "a", operation: "UPDATE", object: claim(next), old: claim(last), user: who },
    );
  };
  const binder = allowing("scheduler update resourceclaims/binding - -");
  await status(binder, user("scheduler"), { allocation }, {});
  await assert.rejects(status(allowing(), user("scheduler"), { allocation }, {}), refusesAt("status.allocation"));
  const before = { allocation };
  const said = { allocation, devices: [{ driver: "d", pool: "p", device: "x" }] };
  const account = "system:serviceaccount:a:driver";
  const on = (node: string) => ({ ...user(account), extra: { "authentication.kubernetes.io/node-name": [node] } });
  const near = allowing(`${account} associated-node:update resourceclaims/driver a d`);
  await status(near, on("n1"), said, before);
  await assert.rejects(status(near, on("n2"), said, before), refusesAt("status.devices"));
  await status(allowing(`${account} arbitrary-node:update resourceclaims/driver a d`), on("n2"), said, before);
  await status(allowing(), on("n2"), said, said);
  const administered = { allocation: { devices: { results: [{ request: "r", driver: "d", pool: "p", device: "x", adminAccess: true }] } } };
  await assert.rejects(status(binder, user("scheduler"), administered, {}), refusesAt("status.allocation.devices.results[0].adminAccess"));
  await status(binder, user("scheduler"), administered, {}, { "resource.kubernetes.io/admin-access": "true" });
});
