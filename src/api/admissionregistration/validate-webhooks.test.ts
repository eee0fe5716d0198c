/** What a webhook must say. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { webhookErrors } from "./validate-webhooks.ts";

const webhook = { name: "a.example.com", clientConfig: { url: "https://h/" }, sideEffects: "None", admissionReviewVersions: ["v1"] };
const fieldsOf = (...changes: object[]) => webhookErrors(changes.map((change) => ({ ...webhook, ...change }))).map(({ field }) => field);

test("its name is a domain of three parts, and its own", () => {
  assert.deepEqual(fieldsOf({}, { name: "b.example.com" }), []);
  assert.deepEqual([fieldsOf({ name: "" }), fieldsOf({ name: "example.com" }), fieldsOf({ name: "A.b.c" })], Array(3).fill(["webhooks[0].name"]));
  assert.deepEqual(fieldsOf({}, {}), ["webhooks[1].name"]);
});

test("it has no side effects in a dry run, answers in time and in a version that is understood", () => {
  assert.deepEqual([fieldsOf({ sideEffects: "NoneOnDryRun" }), fieldsOf({ sideEffects: "Some" })], [[], ["webhooks[0].sideEffects"]]);
  assert.deepEqual(
    [0, 1, 30, 31].map((timeoutSeconds) => fieldsOf({ timeoutSeconds }).length),
    [1, 0, 0, 1],
  );
  const versions = (...admissionReviewVersions: string[]) => fieldsOf({ admissionReviewVersions });
  const at = "webhooks[0].admissionReviewVersions";
  assert.deepEqual([versions("v2", "v1beta1"), versions(), versions("v2"), versions("v1", "v1")], [[], [at], [at], [`${at}[1]`]]);
  assert.deepEqual(fieldsOf({ failurePolicy: "Maybe", matchPolicy: "Almost" }), ["webhooks[0].failurePolicy", "webhooks[0].matchPolicy"]);
});
