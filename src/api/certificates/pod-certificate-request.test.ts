/** Pods' certificates: what a node may ask for, and what a signer may answer. */

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { create, NOW, update } from "../../../test/support/kind-write.ts";
import { issue, newAuthority } from "../../machinery/certificates/issue.ts";
import { newKeyPair } from "../../machinery/certificates/keys.ts";
import { certificatesOf, fromPem, toPem } from "../../machinery/certificates/pem.ts";
import { newRequest } from "../../machinery/certificates/request.ts";

const HOUR_MS = 3_600_000;
const pair = newKeyPair();
const stub = fromPem(newRequest(pair, { commonName: "" }))[0]!.der;
const spec = {
  ...{ signerName: "example.com/s", podName: "p", podUID: "u", serviceAccountName: "s", serviceAccountUID: "su", nodeName: "n", nodeUID: "nu" },
  stubPKCS10Request: stub.toString("base64"),
};
const request = (more: object = {}, status: object = {}) => ({
  apiVersion: "certificates.k8s.io/v1",
  kind: "PodCertificateRequest",
  metadata: { name: "r", namespace: "a" },
  spec: { ...spec, ...more },
  status,
});
const fields = ({ errors }: { readonly errors: readonly string[] }) => errors.map((error) => error.split(":")[0]);
const condition = (type: string) => ({ type, status: "True", reason: "r", message: "m", lastTransitionTime: "2026-01-01T00:00:00Z" });

test("a request names pod, account and node, and is signed by its own key", () => {
  assert.deepEqual(create(request()).errors, []);
  const broken = Buffer.from(stub);
  broken[broken.length - 1]! ^= 1;
  const bad = { signerName: "s", podName: "P", podUID: "", nodeUID: "x".repeat(129), maxExpirationSeconds: 1, stubPKCS10Request: broken.toString("base64") };
  assert.deepEqual(fields(create(request(bad))), [
    "FieldValueInvalid spec.signerName",
    "FieldValueInvalid spec.podName",
    "FieldValueInvalid spec.podUID",
    "FieldValueTooLong spec.nodeUID",
    "FieldValueInvalid spec.maxExpirationSeconds",
    "FieldValueInvalid spec.stubPKCS10Request",
  ]);
  // The project's own signers give a day at most, others three months.
  assert.deepEqual(fields(create(request({ signerName: "kubernetes.io/x", maxExpirationSeconds: 86_401 }))), ["FieldValueInvalid spec.maxExpirationSeconds"]);
  assert.deepEqual(fields(create(request({ maxExpirationSeconds: 91 * 86_400 }))), []);
});

test("a signer answers once, with a certificate for the key and the times that it has", () => {
  const now = NOW + 60_000; // Certificates begin five minutes before they are made, and more than that is too long ago.
  const authority = newAuthority({ commonName: "ca", lifetimeMs: 10 * HOUR_MS, now });
  const leaf = (lifetimeMs: number, { publicKey } = pair) =>
    issue(authority, { subject: { commonName: "p" }, lifetimeMs, now, usages: ["client auth"], publicKey });
  const answer = (chain: string, more: object = {}) => {
    const [der] = certificatesOf(chain);
    const { validFromDate, validToDate } = new X509Certificate(der!);
    const time = (date: Date, minutes = 0) => `${new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 19)}Z`;
    const times = { notBefore: time(validFromDate), notAfter: time(validToDate), beginRefreshAt: time(validToDate, -30) };
    return update(request(), request({}, { conditions: [condition("Issued")], certificateChain: chain, ...times, ...more }), "status");
  };
  assert.deepEqual(answer(leaf(2 * HOUR_MS)).errors, []);
  assert.deepEqual(fields(answer(leaf(2 * HOUR_MS, newKeyPair()))), ["FieldValueInvalid status.certificateChain"]);
  assert.deepEqual(fields(answer(leaf(HOUR_MS / 2))), ["FieldValueInvalid status.certificateChain"]);
  assert.deepEqual(fields(answer(leaf(2 * HOUR_MS), { notAfter: undefined })), ["FieldValueRequired status.notAfter"]);
  assert.deepEqual(fields(answer(leaf(2 * HOUR_MS) + toPem("CERTIFICATE", Buffer.from("x")))), ["FieldValueInvalid status.certificateChain"]);
  const denied = { conditions: [condition("Denied")] };
  assert.deepEqual(fields(update(request(), request({}, { ...denied, certificateChain: "x" }), "status")), ["FieldValueInvalid status"]);
  assert.deepEqual(update(request(), request({}, denied), "status").errors, []);
  assert.deepEqual(fields(update(request({}, denied), request({}, { conditions: [condition("Failed")] }), "status")), ["FieldValueInvalid status"]);
  assert.deepEqual(fields(update(request(), request({}, { certificateChain: "x" }), "status")), ["FieldValueInvalid status"]);
});
