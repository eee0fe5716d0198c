import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { deployment } from "../../../test/support/schemas.ts";
import type { Plain } from "../plain.ts";
import { compare } from "./compare.ts";
import { typeOf } from "./types.ts";

const type = typeOf(deployment);
const text = fc.constantFrom("a", "b", "");
const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const port = fc.record({ containerPort: fc.constantFrom(80, 81), protocol: some(fc.constantFrom("TCP", "UDP")), name: some(text) });
const container = fc.record({
  name: fc.constantFrom("x", "y"),
  image: some(text),
  args: some(fc.array(text, { maxLength: 2 })),
  ports: some(fc.array(port, { maxLength: 2 })),
  securityContext: some(fc.record({ privileged: some(fc.boolean()), capabilities: some(fc.record({ drop: some(fc.array(text, { maxLength: 1 })) })) })),
  resources: some(fc.record({ limits: some(fc.dictionary(fc.constantFrom("cpu", "memory"), fc.constant("1"))) })),
});
const object = fc.record({
  metadata: some(fc.record({ labels: some(fc.dictionary(fc.constantFrom("l", "m"), text)), finalizers: some(fc.array(text, { maxLength: 2 })) })),
  spec: fc.record({ replicas: some(fc.nat(1)), template: fc.record({ spec: fc.record({ containers: some(fc.array(container, { maxLength: 2 })) }) }) }),
});
const withoutAbsent = (value: unknown): Plain => JSON.parse(JSON.stringify(value));

test("a set made in the likeness of another is the set that is made without, and shares what is the same", () => {
  fc.assert(
    fc.property(object, object, (a, b) => {
      const like = compare(type, undefined, withoutAbsent(a)).added;
      const plainly = compare(type, undefined, withoutAbsent(b)).added;
      assert.equal(JSON.stringify(compare(type, undefined, withoutAbsent(b), false, like).added), JSON.stringify(plainly));
      const again = compare(type, undefined, withoutAbsent(b), false, plainly).added["f:spec"]?.["f:template"]?.["f:spec"];
      assert.equal(again?.["f:containers"], plainly["f:spec"]?.["f:template"]?.["f:spec"]?.["f:containers"]);
    }),
    { numRuns: 2000 },
  );
});
