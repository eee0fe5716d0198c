import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import type { CertificateSigningRequest } from "../api/tables/certificates-v1.ts";
import { newAuthority } from "../machinery/certificates/issue.ts";
import { newKeyPair } from "../machinery/certificates/keys.ts";
import { newRequest } from "../machinery/certificates/request.ts";
import { type Authorities, signer } from "./sign.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const DAY_MS = 86_400_000;
const authority = (commonName: string) => newAuthority({ commonName, lifetimeMs: 3650 * DAY_MS, now: NOW });
const authorities: Authorities = { client: authority("clients"), serving: authority("servers") };

interface Wish {
  readonly signer?: string;
  readonly commonName?: string;
  readonly organizations?: readonly string[];
  readonly ips?: readonly string[];
  readonly usages?: readonly string[];
  readonly approved?: boolean;
  readonly expirationSeconds?: number;
}

function csr(wish: Wish): CertificateSigningRequest {
  const { commonName = "system:node:a", organizations = ["system:nodes"], ips = [] } = wish;
  const request = newRequest(newKeyPair(), { commonName, organizations }, { ips });
  return {
    metadata: { name: "csr" },
    spec: {
      request: Buffer.from(request).toString("base64"),
      signerName: wish.signer ?? "kubernetes.io/kube-apiserver-client-kubelet",
      usages: [...(wish.usages ?? ["client auth", "digital signature"])],
      ...(wish.expirationSeconds !== undefined && { expirationSeconds: wish.expirationSeconds }),
    },
    status: { conditions: wish.approved === false ? [] : [{ type: "Approved", status: "True" }] },
  };
}

function outcome(wish: Wish): CertificateSigningRequest["status"] | undefined {
  const [write] = signer(authorities).reconcile(csr(wish), {}, { now: NOW });
  return write && "object" in write ? (write.object as CertificateSigningRequest).status : undefined;
}

test("the signer gives an approved node its client certificate, for at most a year", () => {
  const certificate = new X509Certificate(Buffer.from(outcome({})?.certificate ?? "", "base64"));
  assert.equal(certificate.subject, "O=system:nodes\nCN=system:node:a");
  assert.ok(certificate.verify(authorities.client.certificate.publicKey));
  assert.equal(certificate.validToDate.getTime(), NOW + 365 * DAY_MS);
});

test("the signer shortens a life as asked", () => {
  const certificate = new X509Certificate(Buffer.from(outcome({ expirationSeconds: 3600 })?.certificate ?? "", "base64"));
  assert.equal(certificate.validToDate.getTime(), NOW + 3_600_000);
});

test("the signer leaves alone what isn't approved, and signers that aren't its own", () => {
  assert.equal(outcome({ approved: false }), undefined);
  assert.equal(outcome({ signer: "example.com/mine" }), undefined);
  assert.equal(outcome({ signer: "kubernetes.io/legacy-unknown" }), undefined);
});

for (const [what, wish, says] of [
  ["a person in a node's clothes", { commonName: "eve" }, /must begin with system:node:/],
  ["a node that wants another group too", { organizations: ["system:nodes", "system:masters"] }, /must be exactly system:nodes/],
  ["names in a client certificate", { ips: ["10.0.0.1"] }, /no alternative names/],
  ["a client certificate that also serves", { usages: ["client auth", "digital signature", "server auth"] }, /usages must hold/],
  ["a master", { signer: "kubernetes.io/kube-apiserver-client", commonName: "eve", organizations: ["system:masters"] }, /system:masters/],
  ["a serving certificate for no name", { signer: "kubernetes.io/kubelet-serving", usages: ["server auth", "digital signature"] }, /needs a DNS name/],
] as const) {
  test(`the signer marks as failed: ${what}`, () => {
    const status = outcome(wish);
    assert.equal(status?.certificate, undefined);
    const failed = status?.conditions?.find(({ type }) => type === "Failed");
    assert.deepEqual({ reason: failed?.reason, status: failed?.status }, { reason: "SignerValidationFailure", status: "True" });
    assert.match(failed?.message ?? "", says);
  });
}
