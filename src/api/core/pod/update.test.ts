import assert from "node:assert/strict";
import { test } from "node:test";
import { update } from "../../../../test/support/kind-write.ts";

const CONTAINER = { name: "a", image: "b", resources: { requests: { cpu: "100m" } } };
const SPEC = { containers: [CONTAINER], tolerations: [{ key: "a", operator: "Exists" }], schedulingGates: [{ name: "a.b/c" }] };
const pod = (spec: object = {}, status?: object) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "t" },
  spec: { ...SPEC, ...spec },
  ...(status && { status }),
});
const changing = (spec: object, endpoint = "") => update(pod(), pod(spec), endpoint).errors.map((error) => error.split("\n")[0]);
const FIXED =
  "FieldValueForbidden spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

test("images, deadlines and further tolerations may change", () => {
  assert.deepEqual(changing({ containers: [{ ...CONTAINER, image: "c" }] }), []);
  assert.deepEqual(changing({ activeDeadlineSeconds: 10 }), []);
  assert.deepEqual(changing({ tolerations: [...SPEC.tolerations, { key: "b", operator: "Exists" }] }), []);
});

test("nothing else may", () => {
  assert.deepEqual(changing({ containers: [{ ...CONTAINER, command: ["x"] }] }), [FIXED]);
  assert.deepEqual(changing({ terminationGracePeriodSeconds: 10 }), [FIXED]);
  assert.deepEqual(changing({ containers: [CONTAINER, { name: "c", image: "b" }] }), [
    "FieldValueForbidden spec.containers: Forbidden: pod updates may not add or remove containers",
  ]);
  assert.deepEqual(changing({ tolerations: [] }), [
    "FieldValueForbidden spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
  ]);
});

test("a gated pod may be narrowed to fewer nodes, and its gates only go", () => {
  assert.deepEqual(changing({ nodeSelector: { a: "b" } }), []);
  assert.deepEqual(changing({ schedulingGates: [] }), []);
  assert.match(changing({ schedulingGates: [{ name: "a.b/d" }] })[0] ?? "", /^FieldValueForbidden spec.schedulingGates\[0\].name: /);
});

test("a resize changes amounts and nothing else", () => {
  assert.deepEqual(changing({ containers: [{ ...CONTAINER, resources: { requests: { cpu: "200m" } } }] }, "resize"), []);
  const { object } = update(pod(), pod({ containers: [{ ...CONTAINER, resources: { requests: { cpu: "200m" } } }], nodeName: "n" }), "resize");
  assert.equal((object.spec as { nodeName?: string }).nodeName, undefined);
});

test("debug containers are added, and stay", () => {
  const added = { ephemeralContainers: [{ name: "e", image: "b", targetContainerName: "a" }] };
  assert.deepEqual(changing(added, "ephemeralcontainers"), []);
  const gone = update(pod(added), pod(), "ephemeralcontainers").errors;
  assert.equal(gone.length, 1);
  assert.match(gone[0] ?? "", /^FieldValueForbidden spec.ephemeralContainers: Forbidden: existing ephemeral containers "e" may not be removed/);
});

test("an update leaves the status, and one of the status the spec", () => {
  const before = pod({}, { phase: "Pending", qosClass: "Burstable" });
  const after = (qosClass: string) => pod({ activeDeadlineSeconds: 3 }, { phase: "Running", qosClass });
  assert.partialDeepStrictEqual(update(before, after("Burstable")).object, { spec: { activeDeadlineSeconds: 3 }, status: { phase: "Pending" } });
  const { object, errors } = update(before, after("Burstable"), "status");
  assert.deepEqual(errors, []);
  assert.deepEqual(
    [object.status, (object.spec as { activeDeadlineSeconds?: number }).activeDeadlineSeconds],
    [{ phase: "Running", qosClass: "Burstable" }, undefined],
  );
  assert.deepEqual(update(before, after("Guaranteed"), "status").errors, [
    'FieldValueInvalid status.qosClass: Invalid value: "Guaranteed": field is immutable',
  ]);
});
