/** Whether the two halves of a TLS secret belong together: a warning, not an error, since some put them there one after the other. */

import { createPrivateKey, X509Certificate } from "node:crypto";

/** @param certificate and @param key in base64 @returns what is wrong, in Go's words (crypto/tls X509KeyPair) */
export function keyPairFault(certificate: string | undefined, key: string | undefined): string | undefined {
  const certificatePem = Buffer.from(certificate ?? "", "base64").toString();
  const keyPem = Buffer.from(key ?? "", "base64").toString();
  if (!/-----BEGIN CERTIFICATE-----/.test(certificatePem)) return "tls: failed to find any PEM data in certificate input";
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(keyPem)) return "tls: failed to find any PEM data in key input";
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificatePem);
  } catch {
    return "x509: malformed certificate";
  }
  try {
    return parsed.checkPrivateKey(createPrivateKey(keyPem)) ? undefined : "tls: private key does not match public key";
  } catch {
    return "tls: failed to parse private key";
  }
}
