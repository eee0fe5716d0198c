import assert from "node:assert/strict";
import { test } from "node:test";
import { parseQuantity, Quantity, QuantityError } from "./quantity.ts";

const canonical: Readonly<Record<string, string>> = {
  "0": "0",
  "0.0Gi": "0",
  "1": "1",
  "1000": "1k",
  "100000": "100k",
  "1.5": "1500m",
  "1.5Gi": "1536Mi",
  "1024Mi": "1Gi",
  "1000Mi": "1000Mi",
  "0.5m": "500u",
  "0.1n": "1n",
  "-0.1n": "-1n",
  "0.5Mi": "512Ki",
  "0.001Ki": "1024m",
  "1e3": "1e3",
  "12e4": "120e3",
  "1E6": "1E6",
  "5E": "5E",
  "9Ei": "9223372036854775807",
  "2000000000000000000000": "2e21",
  ".5": "500m",
  "1.": "1.",
  "-5k": "-5k",
};

test("amounts have one canonical form, but for the few texts that Kubernetes keeps", () => {
  const seen = Object.fromEntries(Object.keys(canonical).map((text) => [text, parseQuantity(text).toString()]));
  assert.deepEqual(seen, canonical);
});

test("what is no amount is refused in Kubernetes' words", () => {
  const message = (text: string) => {
    try {
      parseQuantity(text);
    } catch (error) {
      assert(error instanceof QuantityError);
      return error.message.slice(0, 40);
    }
    return undefined;
  };
  const wrongForm = "quantities must match the regular expres";
  const wrongSuffix = "unable to parse quantity's suffix";
  assert.deepEqual(["", "abc", "1 ", "1.2.3", "0x10", "5KK", "1e", "5Mb", "1e99999999", `${"9".repeat(300)}`].map(message), [
    wrongForm,
    wrongForm,
    wrongForm,
    wrongForm,
    wrongForm,
    wrongSuffix,
    wrongSuffix,
    wrongForm,
    wrongSuffix,
    wrongForm,
  ]);
});

test("arithmetic is exact and rounds away from zero", () => {
  const sum = ["100m", "0.2", "1e-9"].map(parseQuantity).reduce((a, b) => a.add(b), Quantity.zero);
  assert.equal(sum.toString(), "300000001n");
  assert.deepEqual([sum.value(), sum.milliValue(), sum.negate().value(), parseQuantity("1Gi").value()], [1n, 301n, -1n, 1073741824n]);
  assert.equal(parseQuantity("1Gi").subtract(parseQuantity("512Mi")).toString(), "512Mi");
  assert.equal(parseQuantity("500u").roundUp(-3).toString(), "1m");
  assert.equal(parseQuantity("3").multiply(2).toNumber(), 6);
  assert.deepEqual(
    [
      ["1Gi", "1024Mi"],
      ["1G", "1Gi"],
      ["0.1", "99m"],
    ].map(([a, b]) => parseQuantity(a!).compare(parseQuantity(b!))),
    [0, -1, 1],
  );
});
