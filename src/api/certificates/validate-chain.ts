/** Whether a certificate that was issued for a pod is what was asked for: its key, its times, and the chain that follows it. */

import { X509Certificate } from "node:crypto";
import { fromPem } from "../../machinery/certificates/pem.ts";
import { parseRequest } from "../../machinery/certificates/request.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import type { PodCertificateRequestSpec as Spec, PodCertificateRequestStatus as Status } from "../tables/certificates-v1.ts";

const CHAIN_BYTES_MAX = 100 * 1024;
const CHAIN = "status.certificateChain";
const MINUTE_MS = 60_000;

/** @param now in milliseconds @returns the first thing that is wrong, or all missing times */
export function chainErrors(status: Status, spec: Spec, now: number): FieldError[] {
  const { certificateChain: chain = "" } = status;
  const wrong = (detail: string): FieldError[] => [invalid(CHAIN, chain, detail)];
  if (Buffer.byteLength(chain) > CHAIN_BYTES_MAX) return [tooLong(CHAIN, CHAIN_BYTES_MAX)];
  const [first, ...others] = fromPem(chain);
  if (!first) return wrong("issued certificate chain must contain at least one certificate");
  if (first.label !== "CERTIFICATE") return wrong("issued certificate chain must consist entirely of CERTIFICATE PEM blocks");
  const leaf = parsed(first.der);
  if (!leaf) return wrong("leaf certificate does not parse as valid X.509");
  const errors = nameErrors(leaf);
  if (!leaf.publicKey.equals(parseRequest(Buffer.from(spec.stubPKCS10Request ?? "", "base64")).publicKey))
    return [...errors, ...wrong("leaf certificate was not issued to the requested public key")];
  const late = timeErrors(status, spec, leaf, now);
  if (errors.length + late.length > 0) return [...errors, ...late];
  for (const { label, der } of others) {
    if (label !== "CERTIFICATE") return wrong("issued certificate chain must consist entirely of CERTFICATE PEM blocks");
    if (!parsed(der)) return wrong("intermediate certificate does not parse as valid X.509");
  }
  return [];
}

function parsed(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function nameErrors({ subjectAltName = "" }: X509Certificate): FieldError[] {
  const names = subjectAltName.split(", ").flatMap((name) => (name.startsWith("DNS:") ? [name.slice(4)] : []));
  return names.flatMap((name) => [
    ...(name === "" ? [invalid(CHAIN, name, "leaf certificate should not contain empty DNSName")] : []),
    ...(name.includes("..") ? [invalid(CHAIN, name, "leaf certificate's DNSName should not contain '..'")] : []),
    ...(name.startsWith(".") || name.endsWith(".") ? [invalid(CHAIN, name, "leaf certificate's DNSName should not start or end with '.'")] : []),
  ]);
}

function timeErrors({ notBefore, notAfter, beginRefreshAt }: Status, { maxExpirationSeconds }: Spec, leaf: X509Certificate, now: number): FieldError[] {
  const consistent = "must be present and consistent with the issued certificate";
  const missing = [
    ...(notBefore ? [] : [required("status.notBefore", consistent)]),
    ...(notAfter ? [] : [required("status.notAfter", consistent)]),
    ...(beginRefreshAt ? [] : [required("status.beginRefreshAt", "must be present and in the range [notbefore+10min, notafter-10min]")]),
  ];
  if (missing.length > 0) return missing;
  const [from, to, refresh] = [notBefore, notAfter, beginRefreshAt].map((time) => Date.parse(time!)) as [number, number, number];
  const [first, last] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()];
  if (from !== first) return [invalid("status.notBefore", notBefore, "must be set to the NotBefore time encoded in the leaf certificate")];
  if (Math.abs(from - now) >= 5 * MINUTE_MS) {
    return [invalid("status.notBefore", notBefore, "must be set to within 5 minutes of kube-apiserver's current time")];
  }
  if (to !== last) return [invalid("status.notAfter", notAfter, "must be set to the NotAfter time encoded in the leaf certificate")];
  const lifetimeMs = last - first;
  if (lifetimeMs < 60 * MINUTE_MS) return [invalid(CHAIN, lifetimeMs * 1e6, "leaf certificate lifetime must be >= 1 hour")];
  if (lifetimeMs > (maxExpirationSeconds ?? 0) * 1000) {
    return [invalid(CHAIN, lifetimeMs * 1e6, `leaf certificate lifetime must be <= spec.maxExpirationSeconds (${maxExpirationSeconds})`)];
  }
  if (refresh < from + 10 * MINUTE_MS) return [invalid("status.beginRefreshAt", beginRefreshAt, "must be at least 10 minutes after status.notBefore")];
  if (refresh > to - 10 * MINUTE_MS) return [invalid("status.beginRefreshAt", beginRefreshAt, "must be at least 10 minutes before status.notAfter")];
  return [];
}
