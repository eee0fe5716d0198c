/** How versions are converted. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { STRICT } from "./leniency.ts";
import { conversionErrors, isAuthority } from "./validate-conversion.ts";

const URL = { url: "https://example.com/" };
const fieldsOf = (conversion: Parameters<typeof conversionErrors>[1], lenient = STRICT) =>
  conversionErrors("c", conversion, lenient).map(({ type, field }) => `${type.replace("FieldValue", "")} ${field}`);

test("without a webhook nothing of one may be said", () => {
  assert.deepEqual(fieldsOf(undefined), []);
  assert.deepEqual(fieldsOf({ strategy: "None" }), []);
  assert.deepEqual(fieldsOf({ strategy: "None", webhook: { clientConfig: URL, conversionReviewVersions: ["v1"] } }), [
    "Forbidden c.webhookClientConfig",
    "Forbidden c.conversionReviewVersions",
  ]);
  assert.deepEqual(fieldsOf({ strategy: "Other" }), ["NotSupported c.strategy"]);
});

test("a webhook needs a place and a version of the question that is understood", () => {
  assert.deepEqual(fieldsOf({ strategy: "Webhook" }), ["Required c.webhookClientConfig", "Required c.conversionReviewVersions"]);
  const versions = (...conversionReviewVersions: string[]) => fieldsOf({ strategy: "Webhook", webhook: { clientConfig: URL, conversionReviewVersions } });
  assert.deepEqual(versions("v2", "v1"), []);
  assert.deepEqual(versions("v1", "v1"), ["Invalid c.conversionReviewVersions[1]"]);
  assert.deepEqual(versions("v2"), ["Invalid c.conversionReviewVersions"]);
});

test("authorities are looked at once the definition is established", () => {
  const webhook = { clientConfig: { ...URL, caBundle: Buffer.from("none").toString("base64") }, conversionReviewVersions: ["v1"] };
  assert.deepEqual(fieldsOf({ strategy: "Webhook", webhook }), []);
  assert.deepEqual(fieldsOf({ strategy: "Webhook", webhook }, { ...STRICT, anyAuthority: false }), ["Invalid c.webhookClientConfig.caBundle"]);
  assert.ok(isAuthority(Buffer.from("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----").toString("base64")));
});
