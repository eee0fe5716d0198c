/** What is wrong with a request for a certificate, or with what was written of it. [Kubernetes pkg/apis/certificates/validation/validation.go] */

import { X509Certificate } from "node:crypto";
import { fromPem } from "../../machinery/certificates/pem.ts";
import { readRequest } from "../../machinery/certificates/request.ts";
import { duplicate, type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { sameList } from "../meta/semantic.ts";
import { signerName } from "../meta/signer-name.ts";
import type { CertificateSigningRequest, CertificateSigningRequestSpec, CertificateSigningRequestCondition as Condition } from "../tables/certificates-v1.ts";

const EXPIRATION_SECONDS_MIN = 600;
const LEGACY_SIGNER = "kubernetes.io/legacy-unknown";
const CONDITIONS = "status.conditions";
const FOR_EVER: readonly string[] = ["Approved", "Denied", "Failed"];
const VERDICTS: readonly string[] = ["Approved", "Denied"];
/** How a message names the two. */
const TOGETHER: readonly string[] = VERDICTS.map((type) => `conditions[{"type": "${type}"}]`);

const USAGES: readonly string[] = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

export function requestErrors(spec: CertificateSigningRequestSpec): FieldError[] {
  const { request = "", usages = [], signerName: signer = "", expirationSeconds: seconds } = spec;
  return [
    ...pemErrors(request),
    ...(usages.length > 0 ? [] : [required("spec.usages", "")]),
    ...usages.flatMap((usage, i) => (USAGES.includes(usage) ? [] : [notSupported(`spec.usages[${i}]`, usage, USAGES)])),
    ...usages.flatMap((usage, i) => (usages.indexOf(usage) < i ? [duplicate(`spec.usages[${i}]`, usage)] : [])),
    ...(signer === LEGACY_SIGNER
      ? [invalid("spec.signerName", signer, "the legacy signerName is not allowed via this API version")]
      : signerName("spec.signerName", signer)),
    ...(seconds !== undefined && seconds < EXPIRATION_SECONDS_MIN
      ? [invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 600 seconds (10 minutes)")]
      : []),
  ];
}

function pemErrors(request: string): FieldError[] {
  try {
    readRequest(Buffer.from(request, "base64").toString("latin1"));
    return [];
  } catch (error) {
    return [invalid("spec.request", request, error instanceof Error ? error.message : String(error))];
  }
}

/** Of the object's own endpoint, and what holds for the others as well. */
export function changeErrors(next: CertificateSigningRequest, last: CertificateSigningRequest): FieldError[] {
  return [...conditionErrors(next, last), ...removalErrors(next, last), ...verdictErrors(next, last), ...certificateErrors(next, last, false)];
}

export function statusErrors(next: CertificateSigningRequest, last: CertificateSigningRequest): FieldError[] {
  return [...conditionErrors(next, last), ...removalErrors(next, last), ...verdictErrors(next, last), ...certificateErrors(next, last, true)];
}

export function approvalErrors(next: CertificateSigningRequest, last: CertificateSigningRequest): FieldError[] {
  return [...conditionErrors(next, last), ...removalErrors(next, last), ...certificateErrors(next, last, false)];
}

function conditionErrors({ status }: CertificateSigningRequest, last: CertificateSigningRequest): FieldError[] {
  const conditions = status?.conditions ?? [];
  const both = (request: CertificateSigningRequest) => VERDICTS.every((type) => ofType(request, type).length > 0);
  const torn = both({ ...last, status }) && !both(last);
  const errors = conditions.flatMap(({ type = "", status: value = "" }, i) => {
    const at = `${CONDITIONS}[${i}]`;
    const allowed = FOR_EVER.includes(type) ? ["True"] : ["False", "True", "Unknown"];
    const earlier = conditions.slice(0, i);
    return [
      ...(type ? [] : [required(`${at}.type`, "")]),
      ...(value ? (allowed.includes(value) ? [] : [notSupported(`${at}.status`, value, allowed)]) : [required(`${at}.status`, "")]),
      ...(earlier.some((one) => one.type === type) ? [duplicate(`${at}.type`, type)] : []),
    ];
  });
  return torn
    ? [...errors, invalid(CONDITIONS, `{${TOGETHER.join(", ")}}`, `must specify at most one of: ${TOGETHER.map((one) => `\`${one}\``).join(", ")}`)]
    : errors;
}

function ofType({ status }: CertificateSigningRequest, type: string): Condition[] {
  return (status?.conditions ?? []).filter((condition) => condition.type === type);
}

function removalErrors(next: CertificateSigningRequest, last: CertificateSigningRequest): FieldError[] {
  return FOR_EVER.filter((type) => ofType(next, type).length < ofType(last, type).length).map((type) =>
    forbiddenField(CONDITIONS, `updates may not remove a condition of type "${type}"`),
  );
}

/** Only the approval endpoint says yes or no. */
function verdictErrors(next: CertificateSigningRequest, last: CertificateSigningRequest): FieldError[] {
  return VERDICTS.flatMap((type) => {
    const [now, before] = [ofType(next, type), ofType(last, type)];
    if (now.length < before.length) return [];
    if (now.length > before.length) return [forbiddenField(CONDITIONS, `updates may not add a condition of type "${type}"`)];
    if (sameList("certificates.v1.CertificateSigningRequestCondition", now, before)) return [];
    return [forbiddenField(CONDITIONS, `updates may not modify a condition of type "${type}"`)];
  });
}

function certificateErrors({ status }: CertificateSigningRequest, last: CertificateSigningRequest, mayIssue: boolean): FieldError[] {
  const field = "status.certificate";
  const [now = "", before = ""] = [status?.certificate, last.status?.certificate];
  if (now === before) return [];
  const problem = now ? certificateProblem(Buffer.from(now, "base64").toString("latin1")) : undefined;
  const errors = problem ? [invalid(field, "<certificate data>", problem)] : [];
  if (!mayIssue) return [...errors, forbiddenField(field, "updates may not set certificate content")];
  return before ? [...errors, forbiddenField(field, "updates may not modify existing certificate content")] : errors;
}

function certificateProblem(pem: string): string | undefined {
  const blocks = fromPem(pem);
  if (blocks.length === 0) return "must contain at least one CERTIFICATE PEM block";
  for (const { label, der } of blocks) {
    if (label !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}`;
    try {
      new X509Certificate(der);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return undefined;
}
