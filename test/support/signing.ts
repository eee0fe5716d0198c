/** Stands in for the approving controller and the signer: every certificate request is approved and signed. */

import { setTimeout as sleep } from "node:timers/promises";
import { CertificateSigningRequest } from "../../src/api/resources.ts";
import type { CertificateSigningRequest as Csr } from "../../src/api/tables/certificates-v1.ts";
import type { Client } from "../../src/client/client.ts";
import { type Authority, issue } from "../../src/machinery/certificates/issue.ts";
import { readRequest } from "../../src/machinery/certificates/request.ts";

const LIFETIME_MS = 3_600_000;

export interface Signing {
  /** The signers' names, one a certificate. */
  readonly signed: readonly string[];
  stop(): Promise<void>;
}

export function signEverything(admin: Client, authority: Authority): Signing {
  const signed: string[] = [];
  let stopping = false;
  async function run(): Promise<void> {
    while (!stopping) {
      const { items } = await admin.list<Csr>(CertificateSigningRequest);
      for (const csr of items.filter(({ status }) => !status?.certificate)) {
        const request = readRequest(Buffer.from(csr.spec.request ?? "", "base64").toString());
        const cert = issue(authority, { ...request, usages: csr.spec.usages ?? [], lifetimeMs: LIFETIME_MS, now: Date.now() });
        const status = { conditions: [{ type: "Approved", status: "True", reason: "Test" }] };
        const whole = { ...csr, kind: "CertificateSigningRequest", apiVersion: "certificates.k8s.io/v1" };
        const approved = await admin.update(CertificateSigningRequest, { ...whole, status }, "approval");
        await admin.update(
          CertificateSigningRequest,
          { ...approved, status: { ...approved.status, certificate: Buffer.from(cert).toString("base64") } },
          "status",
        );
        signed.push(csr.spec.signerName);
      }
      await sleep(50);
    }
  }
  const done = run();
  return {
    signed,
    async stop() {
      stopping = true;
      await done;
    },
  };
}
