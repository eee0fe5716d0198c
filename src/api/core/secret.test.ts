import assert from "node:assert/strict";
import { test } from "node:test";
import { create, update } from "../../../test/support/kind-write.ts";

const secret = (more: object) => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "t" }, ...more });
const errors = (more: object) => create(secret(more)).errors;

test("text goes into the data, and is not kept", () => {
  const { object } = create(secret({ stringData: { a: "b" }, data: { c: "ZA==" } }));
  assert.deepEqual([object.data, object.type, object.stringData], [{ a: "Yg==", c: "ZA==" }, "Opaque", undefined]);
});

test("each known type has its keys", () => {
  assert.deepEqual(errors({ type: "kubernetes.io/service-account-token" }), [
    "FieldValueRequired metadata.annotations[kubernetes.io/service-account.name]: Required value",
  ]);
  assert.deepEqual(errors({ type: "kubernetes.io/basic-auth" }), [
    "FieldValueRequired data[username]: Required value",
    "FieldValueRequired data[password]: Required value",
  ]);
  assert.deepEqual(errors({ type: "kubernetes.io/ssh-auth" }), ["FieldValueRequired data[ssh-privatekey]: Required value"]);
  assert.deepEqual(errors({ type: "kubernetes.io/tls", data: { "tls.crt": "" } }), ["FieldValueRequired data[tls.key]: Required value"]);
  assert.deepEqual(errors({ type: "kubernetes.io/dockerconfigjson", data: { ".dockerconfigjson": "Zm9v" } }), [
    "FieldValueInvalid data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": invalid character 'o' in literal false (expecting 'a')",
  ]);
});

test("keys are file names", () => {
  assert.deepEqual(errors({ data: { "a b": "" } }), [
    "FieldValueInvalid data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
  ]);
});

test("the type stays, and so does all of what is immutable", () => {
  assert.deepEqual(update(secret({ immutable: true, data: { a: "Zm9v" }, type: "x" }), secret({ data: { a: "Zm9w" }, type: "y" })).errors, [
    'FieldValueInvalid type: Invalid value: "y": field is immutable',
    "FieldValueForbidden immutable: Forbidden: field is immutable when `immutable` is set",
    "FieldValueForbidden data: Forbidden: field is immutable when `immutable` is set",
  ]);
});
