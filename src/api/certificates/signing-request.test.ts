/** Certificate requests: what may be asked, and who may write what became of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { newAuthority } from "../../machinery/certificates/issue.ts";
import { newKeyPair } from "../../machinery/certificates/keys.ts";
import { newRequest } from "../../machinery/certificates/request.ts";
import type { CertificateSigningRequest as RequestType } from "../tables/certificates-v1.ts";
import { CertificateSigningRequest } from "./signing-request.ts";

const context = { now: 0 };
const base64 = (text: string) => Buffer.from(text).toString("base64");
const request = base64(newRequest(newKeyPair(), { commonName: "c" }));
const approved = { type: "Approved", status: "True" };

function asked(more: object, status: RequestType["status"] = {}): RequestType {
  return { metadata: { name: "c" }, spec: { request, signerName: "example.com/s", usages: ["client auth"], ...more }, status };
}

const fieldsOf = (errors: readonly { field: string }[] | undefined) => errors?.map(({ field }) => field);

test("a request is signed by its own key, names a signer and known usages", () => {
  assert.deepEqual(fieldsOf(CertificateSigningRequest.rules.validateCreate?.(asked({}), context)), []);
  const bad = asked({ request: base64("no request"), signerName: "nobody", usages: ["any", "any", "flying"], expirationSeconds: 60 });
  assert.deepEqual(fieldsOf(CertificateSigningRequest.rules.validateCreate?.(bad, context)), [
    "spec.request",
    "spec.usages[2]",
    "spec.usages[1]",
    "spec.signerName",
    "spec.expirationSeconds",
  ]);
});

test("only approval says yes, and only status issues", () => {
  const { status, approval } = CertificateSigningRequest.rules.subresources ?? {};
  const certificate = base64(newAuthority({ commonName: "ca", lifetimeMs: 3_600_000, now: Date.now() }).cert);
  const last = asked({});
  assert.deepEqual(fieldsOf(status?.validateUpdate?.(asked({}, { conditions: [approved] }), last, context)), ["status.conditions"]);
  assert.deepEqual(fieldsOf(approval?.validateUpdate?.(asked({}, { conditions: [approved] }), last, context)), []);
  assert.deepEqual(fieldsOf(approval?.validateUpdate?.(asked({}, { certificate }), last, context)), ["status.certificate"]);
  assert.deepEqual(fieldsOf(status?.validateUpdate?.(asked({}, { certificate }), last, context)), []);
  assert.deepEqual(fieldsOf(status?.validateUpdate?.(asked({}, { certificate: base64("no certificate") }), last, context)), ["status.certificate"]);
});

test("a verdict stays, and there is but one", () => {
  const { approval } = CertificateSigningRequest.rules.subresources ?? {};
  const last = asked({}, { conditions: [approved] });
  assert.deepEqual(fieldsOf(approval?.validateUpdate?.(asked({}), last, context)), ["status.conditions"]);
  assert.deepEqual(fieldsOf(approval?.validateUpdate?.(asked({}, { conditions: [approved, { type: "Denied", status: "True" }] }), last, context)), [
    "status.conditions",
  ]);
});
