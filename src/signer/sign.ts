/** Signs approved requests, and nothing beyond their signer's rules; what it refuses it marks as failed, with the reason. */

import { CertificateSigningRequest } from "../api/resources.ts";
import type { CertificateSigningRequestCondition, CertificateSigningRequest as Csr } from "../api/tables/certificates-v1.ts";
import { type Controller, controller } from "../client/controller.ts";
import { type Authority, issue } from "../machinery/certificates/issue.ts";
import { readRequest, type SigningRequest } from "../machinery/certificates/request.ts";
import { timestamp } from "../machinery/clock.ts";
import { type Signer, signers } from "./signers.ts";

const HOUR_MS = 3_600_000;
/** A certificate that names no shorter life gets this much; none gets more. */
export const LIFETIME_MAX_MS = 365 * 24 * HOUR_MS;
/** Kubernetes refuses less at the API already. */
const LIFETIME_MIN_MS = 600_000;

export type Authorities = Readonly<Record<Signer["authority"], Authority>>;

/** @returns the signer as a controller that holds the authorities */
export function signer(authorities: Authorities): Controller<Csr, Record<never, never>, "update certificatesigningrequests/status"> {
  const writeStatus = CertificateSigningRequest.sub("status");
  return controller({
    name: "certificate-signer",
    for: CertificateSigningRequest,
    watches: {},
    writes: [writeStatus],
    reconcile(csr, _, { now }) {
      const rules = signers.find(({ name }) => name === csr.spec.signerName);
      if (!rules || csr.status?.certificate || !has(csr, "Approved") || has(csr, "Denied") || has(csr, "Failed")) return [];
      const outcome = signed(csr, rules, authorities, now);
      const status =
        "certificate" in outcome
          ? { ...csr.status, certificate: Buffer.from(outcome.certificate).toString("base64") }
          : { ...csr.status, conditions: [...(csr.status?.conditions ?? []), failure(outcome.refused, now)] };
      return [writeStatus({ ...csr, status })];
    },
  });
}

function has(csr: Csr, type: string): boolean {
  return csr.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;
}

/** @returns the certificate's PEM, or why there is none */
export function signed(csr: Csr, rules: Signer, authorities: Authorities, now: number): { readonly certificate: string } | { readonly refused: string } {
  let request: SigningRequest;
  try {
    request = readRequest(Buffer.from(csr.spec.request ?? "", "base64").toString());
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
  const usages = csr.spec.usages ?? [];
  const missing = rules.required.filter((usage) => !usages.includes(usage));
  const excess = usages.filter((usage) => !rules.allowed.includes(usage));
  if (missing.length + excess.length > 0) return { refused: `usages must hold ${rules.required.join(", ")} and only ${rules.allowed.join(", ")}` };
  const refused = rules.refuses(request);
  if (refused !== undefined) return { refused };
  const asked = csr.spec.expirationSeconds === undefined ? LIFETIME_MAX_MS : csr.spec.expirationSeconds * 1000;
  const lifetimeMs = Math.min(Math.max(asked, LIFETIME_MIN_MS), LIFETIME_MAX_MS);
  const { subject, names, publicKey } = request;
  return { certificate: issue(authorities[rules.authority], { subject, names, usages, lifetimeMs, now, publicKey }) };
}

function failure(message: string, now: number): CertificateSigningRequestCondition {
  const at = timestamp(now);
  return { type: "Failed", status: "True", reason: "SignerValidationFailure", message, lastUpdateTime: at, lastTransitionTime: at };
}
