/** Whether a certificate leads to an authority that is trusted, now and for the purpose at hand. */

import { X509Certificate } from "node:crypto";
import { ANY_PURPOSE } from "./usages.ts";

/** Intermediate certificates that a client may send along. */
const INTERMEDIATES_MAX = 4;
/** Signatures by these digests prove nothing any more. */
const BROKEN_DIGESTS = /md5|md2|sha1(?!\d)/i;

export interface Verified {
  readonly leaf: X509Certificate;
  /** The chain as a whole is valid from and to: milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  if (!issuer.ca || !certificate.checkIssued(issuer)) return false;
  return !BROKEN_DIGESTS.test(certificate.signatureAlgorithm ?? "") && certificate.verify(issuer.publicKey);
}

/** @returns the certificates above `certificate` up to a root; undefined where none leads there */
function pathFrom(certificate: X509Certificate, intermediates: readonly X509Certificate[], roots: readonly X509Certificate[]): X509Certificate[] | undefined {
  for (const root of roots) {
    if (certificate.raw.equals(root.raw)) return [];
    if (isIssuedBy(certificate, root)) return [root];
  }
  for (const [index, intermediate] of intermediates.entries()) {
    if (!isIssuedBy(certificate, intermediate)) continue;
    const rest = pathFrom(intermediate, intermediates.toSpliced(index, 1), roots);
    if (rest) return [intermediate, ...rest];
  }
  return undefined;
}

/**
 * Follows a chain to a trusted root and checks every signature, that each issuer is an authority, and the leaf's purpose. Times are the caller's to check
 * (`assertValidAt`), so that what this finds can be kept.
 * @param chain DER, the leaf first, as a TLS peer sends it
 * @param purpose object identifier of an extended key usage
 * @throws Error saying what is wrong
 */
export function verifyChain(chain: readonly Uint8Array[], roots: readonly X509Certificate[], purpose: string): Verified {
  const [first, ...others] = chain;
  if (!first) throw new Error("no certificate");
  if (others.length > INTERMEDIATES_MAX) throw new Error(`more than ${INTERMEDIATES_MAX} intermediate certificates`);
  const leaf = new X509Certificate(first);
  const above = pathFrom(
    leaf,
    others.map((der) => new X509Certificate(der)),
    roots,
  );
  if (!above) throw new Error("certificate signed by unknown authority");
  for (const certificate of [leaf, ...above]) {
    // An authority without extended usages may issue for any; one with them only for those (RFC 5280, 4.2.1.12 as crypto/x509 applies it).
    const purposes = certificate.keyUsage;
    if (purposes && !purposes.includes(purpose) && !purposes.includes(ANY_PURPOSE)) throw new Error("certificate specifies an incompatible key usage");
  }
  const all = [leaf, ...above];
  return {
    leaf,
    validFrom: Math.max(...all.map((each) => each.validFromDate.getTime())),
    validTo: Math.min(...all.map((each) => each.validToDate.getTime())),
  };
}

/** Throws when a chain is not valid at a time. */
export function assertValidAt(verified: Verified, now: number): void {
  if (now < verified.validFrom) throw new Error("certificate is not yet valid");
  if (now > verified.validTo) throw new Error("certificate has expired");
}
