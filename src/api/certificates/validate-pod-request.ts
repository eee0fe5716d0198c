/** What is wrong with a pod's request for a certificate, or with what became of it. [Kubernetes pkg/apis/certificates/validation/validation.go ValidatePodCertificateRequest…] */

import type { KeyObject } from "node:crypto";
import { isSelfSigned, parseRequest } from "../../machinery/certificates/request.ts";
import { isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, invalidState, notSupported, required, tooLong } from "../../machinery/status/field-error.ts";
import { complain, domainKeys } from "../meta/checks.ts";
import { conditionErrors } from "../meta/conditions.ts";
import { immutableStruct, sameStruct } from "../meta/semantic.ts";
import { isKubernetesSigner, signerName } from "../meta/signer-name.ts";
import type { PodCertificateRequestSpec as Spec, PodCertificateRequestStatus as Status } from "../tables/certificates-v1.ts";
import { chainErrors } from "./validate-chain.ts";

export interface RequestWithStatus {
  readonly spec: Spec;
  readonly status?: Status;
}

const HOUR_SECONDS = 3600;
const KUBERNETES_SECONDS_MAX = 24 * HOUR_SECONDS;
const SECONDS_MAX = 91 * 24 * HOUR_SECONDS;
/** Stub requests are small. */
const BYTES_MAX = 10 * 1024;
const UID_BYTES_MAX = 128;
const REQUEST = "spec.stubPKCS10Request";
const ENDS = ["Issued", "Denied", "Failed"];

export function podRequestErrors(spec: Spec): FieldError[] {
  const { signerName: signer = "", maxExpirationSeconds: seconds, stubPKCS10Request: stub = "" } = spec;
  const errors = [
    ...signerName("spec.signerName", signer),
    ...(spec.unverifiedUserAnnotations ? domainKeys("spec.unverifiedUserAnnotations", spec.unverifiedUserAnnotations) : []),
    ...named("pod", spec.podName, spec.podUID),
    ...named("serviceAccount", spec.serviceAccountName, spec.serviceAccountUID),
    ...named("node", spec.nodeName, spec.nodeUID),
  ];

  if (seconds === undefined) return [...errors, required("spec.maxExpirationSeconds", "must be set")];
  const max = isKubernetesSigner(signer) ? KUBERNETES_SECONDS_MAX : SECONDS_MAX;
  if (seconds < HOUR_SECONDS || seconds > max) errors.push(invalid("spec.maxExpirationSeconds", seconds, `must be in the range [${HOUR_SECONDS}, ${max}]`));
  if (stub) return [...errors, ...stubErrors(Buffer.from(stub, "base64"))];
  // As the message says, there was another way, which no version that is served has any more.
  return [...errors, invalidState("spec", "exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set")];
}

function named(what: string, name = "", uid = ""): FieldError[] {
  const field = `spec.${what}UID`;
  return [
    ...complain(`spec.${what}Name`, name, isDNS1123Subdomain(name)),
    ...(uid ? [] : [invalid(field, uid, "must not be empty")]),
    ...(Buffer.byteLength(uid) > UID_BYTES_MAX ? [tooLong(field, UID_BYTES_MAX)] : []),
  ];
}

function keyErrors({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): FieldError[] {
  if (type === "ed25519") return [];
  if (type === "ec") {
    const isGood = ["prime256v1", "secp384r1", "secp521r1"].includes(details?.namedCurve ?? "");
    return isGood ? [] : [invalid(REQUEST, `curve ${details?.namedCurve}`, "elliptic public keys must use curve P256, P384, or P521")];
  }
  if (type !== "rsa") return [invalidState(REQUEST, "unknown public key type; supported types are Ed25519, ECDSA, and RSA")];
  const bits = details?.modulusLength;
  return bits === 3072 || bits === 4096 ? [] : [invalid(REQUEST, `${bits}-bit modulus`, "RSA keys must have modulus size 3072 or 4096")];
}

function stubErrors(der: Buffer): FieldError[] {
  if (der.length > BYTES_MAX) return [tooLong(REQUEST, BYTES_MAX)];
  try {
    const parsed = parseRequest(der);
    const errors = keyErrors(parsed.publicKey);
    if (errors.length > 0) return errors;
    return isSigned(parsed) ? [] : [invalidState(REQUEST, "invalid signature")];
  } catch {
    return [invalidState(REQUEST, "must be a valid PKCS#10 CSR")];
  }
}

function isSigned(parsed: ReturnType<typeof parseRequest>): boolean {
  try {
    return isSelfSigned(parsed);
  } catch {
    return false; // By an algorithm that nobody should use.
  }
}

export function immutableSpec(next: RequestWithStatus, last: RequestWithStatus): FieldError[] {
  return immutableStruct("spec", "certificates.v1.PodCertificateRequestSpec", next.spec, last.spec);
}

/** A request ends once, and then stays as it is. @param now in milliseconds */
export function issueErrors(next: RequestWithStatus, last: RequestWithStatus, now: number): FieldError[] {
  const conditions = next.status?.conditions ?? [];
  const errors = [...conditions.flatMap((_, i) => endErrors(conditions, i)), ...conditionErrors("status.conditions", conditions)];
  if (errors.length > 0) return errors;
  if (hasEnded(last.status, ENDS)) return unchanged(next.status, last.status, "immutable after PodCertificateRequest is issued, denied, or failed");
  if (hasEnded(next.status, ["Denied", "Failed"])) {
    return unchanged(next.status, { conditions }, "non-condition status fields must be empty when denying or failing the PodCertificateRequest");
  }
  if (hasEnded(next.status, ["Issued"])) return chainErrors(next.status ?? {}, last.spec, now);
  return unchanged(next.status, last.status, 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"');
}

function endErrors(conditions: NonNullable<Status["conditions"]>, i: number): FieldError[] {
  const { type, status } = conditions[i]!;
  const at = `status.conditions.[${i}]`;
  if (!ENDS.includes(type)) return [notSupported(`${at}.type`, type, ENDS, "given")];
  const isSecond = conditions.slice(0, i).some((one) => ENDS.includes(one.type));
  return [
    ...(isSecond ? [invalid(`${at}.type`, type, 'There may be at most one condition with type "Issued", "Denied", or "Failed"')] : []),
    ...(status === "True" ? [] : [notSupported(`${at}.status`, status, ["True"])]),
  ];
}

function hasEnded(status: Status | undefined, types: readonly string[]): boolean {
  return status?.conditions?.some((condition) => types.includes(condition.type) && condition.status === "True") ?? false;
}

function unchanged(next: Status = {}, last: Status = {}, detail: string): FieldError[] {
  return sameStruct("certificates.v1.PodCertificateRequestStatus", next, last) ? [] : [invalidState("status", detail)];
}
