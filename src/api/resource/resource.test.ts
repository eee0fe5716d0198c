/** Devices: what may be asked for, what a scheduler may give, what a driver may offer. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, kindFor, update } from "../../../test/support/kind-write.ts";

const object = (kind: string, spec: object, more: object = {}) => ({
  apiVersion: "resource.k8s.io/v1",
  kind,
  metadata: { name: "x", ...(kind === "ResourceClaim" && { namespace: "a" }) },
  spec,
  ...more,
});
const fields = ({ errors }: { readonly errors: readonly string[] }) => errors.map((error) => error.split(":")[0]!.replace("FieldValue", ""));
const claim = (devices: object, status: object = {}) => object("ResourceClaim", { devices }, { status });
const one = { requests: [{ name: "r", exactly: { deviceClassName: "c" } }] };

test("a request is for one device of a class where it doesn't say otherwise, and tolerates by equality", () => {
  const asked = {
    requests: [
      { name: "r", exactly: { deviceClassName: "c", tolerations: [{ key: "k" }] } },
      { name: "s", firstAvailable: [{ name: "t", deviceClassName: "c" }] },
    ],
  };
  const { object: made, errors } = create(claim(asked));
  assert.deepEqual(errors, []);
  assert.deepEqual((made.spec as { devices: unknown }).devices, {
    requests: [
      { name: "r", exactly: { deviceClassName: "c", allocationMode: "ExactCount", count: 1, tolerations: [{ key: "k", operator: "Equal" }] } },
      { name: "s", firstAvailable: [{ name: "t", deviceClassName: "c", allocationMode: "ExactCount", count: 1 }] },
    ],
  });
});

test("a claim's parts name requests that are there, once", () => {
  const bad = {
    requests: [{ name: "r", exactly: { deviceClassName: "c" } }, { name: "r" }],
    constraints: [{ requests: ["r/x", "q"], matchAttribute: "bare" }, {}],
    config: [{ requests: ["r"], opaque: { driver: "d", parameters: 5 } }],
  };
  assert.deepEqual(fields(create(claim(bad))), [
    "Required spec.devices.requests[1]",
    "Duplicate spec.devices.requests[1]",
    "Invalid spec.devices.constraints[0].requests[0]",
    "Invalid spec.devices.constraints[0].requests[1]",
    "Invalid spec.devices.constraints[0].matchAttribute",
    "Required spec.devices.constraints[1]",
    "Invalid spec.devices.config[0].opaque.parameters",
  ]);
  assert.deepEqual(fields(update(claim(one), claim({}))), ["Invalid spec"]);
});

const given = (...devices: string[]) => ({ devices: { results: devices.map((device) => ({ request: "r", driver: "d.example.com", pool: "p", device })) } });
const told = (device: string) => ({ driver: "d.example.com", pool: "p", device });

test("what was allocated stays, nobody reserves what isn't, and drivers speak of what was given", () => {
  const change = (before: object, after: object) => update(claim(one, before), claim(one, after), "status");
  const reserved = [{ resource: "pods", name: "p", uid: "u" }];
  assert.deepEqual(change({}, { allocation: given("x"), reservedFor: reserved, devices: [told("x")] }).errors, []);
  assert.deepEqual(fields(change({}, { reservedFor: reserved })), ["Forbidden status.reservedFor"]);
  assert.deepEqual(fields(change({ allocation: given("x") }, { allocation: given("y") })), ["Invalid status.allocation"]);
  assert.deepEqual(fields(change({ allocation: given("x") }, { allocation: given("x"), devices: [told("y")] })), ["Invalid status.devices[0]"]);
  // What a driver said of a device goes with it.
  const freed = change({ allocation: given("x"), devices: [told("x")] }, { devices: [told("x")] });
  assert.deepEqual([freed.errors, (freed.object.status as { devices?: unknown }).devices], [[], undefined]);
});

const slice = (spec: object) => object("ResourceSlice", { driver: "d.example.com", pool: { name: "p", resourceSliceCount: 1 }, allNodes: true, ...spec });

test("a slice is in one place, and so is each of its devices where it says so", () => {
  assert.deepEqual(fields(create(slice({ nodeName: "n" }))), ["Invalid spec"]);
  assert.deepEqual(fields(create(slice({ allNodes: undefined }))), ["Required spec"]);
  assert.deepEqual(fields(create(slice({ devices: [{ name: "a", nodeName: "n" }] }))), ["Invalid spec.devices[0]"]);
  const each = { allNodes: undefined, perDeviceNodeSelection: true };
  assert.deepEqual(fields(create(slice({ ...each, devices: [{ name: "a", nodeName: "n" }, { name: "b" }] }))), ["Required spec.devices[1]"]);
  assert.deepEqual(fields(update(slice({}), slice({ driver: "other" }))), ["Invalid spec.driver"]);
  assert.deepEqual(create(slice({ driver: "D.example.com" })).warnings.length, 1);
});

test("capacity is shared by a policy that fits it", () => {
  const policy = (requestPolicy: object, allowMultipleAllocations = true) =>
    fields(create(slice({ devices: [{ name: "a", allowMultipleAllocations, capacity: { m: { value: "10", requestPolicy } } }] }))).map((field) =>
      field.replace("spec.devices[0].capacity[m].requestPolicy", "…"),
    );
  assert.deepEqual(policy({ default: "4", validRange: { min: "2", max: "8", step: "2" } }), []);
  assert.deepEqual(policy({ default: "4", validRange: { min: "2" } }, false), ["Forbidden …"]);
  assert.deepEqual(policy({ default: "5", validRange: { min: "2", max: "12", step: "2" } }), ["Invalid ….validRange.max", "Invalid ….validRange.step"]);
  assert.deepEqual(policy({ default: "3", validValues: ["1", "20", "2"] }), ["Invalid ….validValues[2]", "Invalid ….validValues[1]", "Invalid ….validValues"]);
});

test("a taint says since when it holds: since its effect changed", () => {
  const rule = (taint: object) => object("DeviceTaintRule", { taint: { key: "k", timeAdded: "2025-01-01T00:00:00Z", ...taint } });
  const changed = update(rule({ effect: "NoSchedule" }), rule({ effect: "NoExecute" }));
  assert.equal((changed.object.spec as { taint: { timeAdded: string } }).taint.timeAdded, "2026-01-01T00:00:00Z");
  assert.deepEqual(fields(create(rule({ effect: "Never", key: "" }))), ["Invalid spec.taint.key", "Invalid spec.taint.key", "NotSupported spec.taint.effect"]);
});

test("a selector is an expression over one device, true or false, and not too dear", () => {
  const select = (expression: string) =>
    create(object("DeviceClass", { selectors: [{ cel: { expression } }] })).errors.map((error) => error.split(" spec.")[0]!.replace("FieldValue", ""));
  for (const good of [
    "device.driver == 'd' && device.attributes['d'].model == 'x'",
    "device.capacity['d'].memory.compareTo(quantity('1Gi')) >= 0",
    "cel.bind(a, device.attributes['d'], a.size > 5 && a.v.isGreaterThan(semver('1.2.3')))",
    "device.attributes['d'].model.lowerAscii() == 'a'",
    "device.attributes['d'].model",
  ]) {
    assert.deepEqual(select(good), [], good);
  }
  for (const bad of ["device.driver", "device.unknown", "device.driver ==", "[1].includes(1)", `'${"a".repeat(5)}' == 1`])
    assert.deepEqual(select(bad), ["Invalid"], bad);
  const pairs =
    "device.attributes.all(a, device.attributes.all(b, device.attributes.all(c, device.attributes.all(d, device.attributes[a].x == device.attributes[b].y))))";
  assert.deepEqual(select(pairs), ["Forbidden"]);
  assert.deepEqual(select("a".repeat(10_241)), ["TooLong"]);
});

test("administrators' access is for namespaces that are labelled for it", () => {
  const kindOf = (resource: string) => kindFor("resource.k8s.io/v1", resource).rules.validateCreate;
  const devices = { requests: [{ name: "r", exactly: { deviceClassName: "c", allocationMode: "All", adminAccess: true } }] };
  const metadata = { name: "x", namespace: "a" };
  const refused = (labels: Record<string, string>) =>
    [
      kindOf("ResourceClaim")?.(Object.assign({ metadata }, { spec: { devices } }), { now: 0, namespaceLabels: () => labels }),
      kindOf("ResourceClaimTemplate")?.(Object.assign({ metadata }, { spec: { spec: { devices } } }), { now: 0, namespaceLabels: () => labels }),
    ].map((errors) => errors?.map(({ field }) => field));
  const field = ["spec.devices.requests[0].adminAccess"];
  assert.deepEqual(refused({}), [field, field]);
  assert.deepEqual(refused({ "resource.kubernetes.io/admin-access": "true" }), [[], []]);
});

test("a template's claims have its labels and annotations, and no more of its metadata; what says nothing may stand there", () => {
  const template = (metadata: object) => object("ResourceClaimTemplate", { metadata, spec: { devices: one } });
  assert.deepEqual(fields(create(template({ labels: { a: "b" }, generation: 0, selfLink: "", creationTimestamp: null }))), []);
  assert.deepEqual(fields(create(template({ generation: 1, uid: "u", finalizers: [] }))), [
    "Forbidden spec.metadata.uID",
    "Forbidden spec.metadata.generation",
    "Forbidden spec.metadata.finalizers",
  ]);
});
