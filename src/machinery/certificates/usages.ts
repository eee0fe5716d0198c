/** Key usages by their Kubernetes names (certificates.k8s.io/v1 KeyUsage), and as X.509 extensions write them. */

import { ExtendedKeyUsage, KeyUsage, KeyUsageFlags } from "@peculiar/asn1-x509";

const BITS: ReadonlyMap<string, number> = new Map([
  ["signing", KeyUsageFlags.digitalSignature],
  ["digital signature", KeyUsageFlags.digitalSignature],
  ["content commitment", KeyUsageFlags.nonRepudiation],
  ["key encipherment", KeyUsageFlags.keyEncipherment],
  ["key agreement", KeyUsageFlags.keyAgreement],
  ["data encipherment", KeyUsageFlags.dataEncipherment],
  ["cert sign", KeyUsageFlags.keyCertSign],
  ["crl sign", KeyUsageFlags.cRLSign],
  ["encipher only", KeyUsageFlags.encipherOnly],
  ["decipher only", KeyUsageFlags.decipherOnly],
]);

const PURPOSES: ReadonlyMap<string, string> = new Map([
  ["any", "2.5.29.37.0"],
  ["server auth", "1.3.6.1.5.5.7.3.1"],
  ["client auth", "1.3.6.1.5.5.7.3.2"],
  ["code signing", "1.3.6.1.5.5.7.3.3"],
  ["email protection", "1.3.6.1.5.5.7.3.4"],
  ["s/mime", "1.3.6.1.5.5.7.3.4"],
  ["ipsec end system", "1.3.6.1.5.5.7.3.5"],
  ["ipsec tunnel", "1.3.6.1.5.5.7.3.6"],
  ["ipsec user", "1.3.6.1.5.5.7.3.7"],
  ["timestamping", "1.3.6.1.5.5.7.3.8"],
  ["ocsp signing", "1.3.6.1.5.5.7.3.9"],
  ["microsoft sgc", "1.3.6.1.4.1.311.10.3.3"],
  ["netscape sgc", "2.16.840.1.113730.4.1"],
]);

/** The object identifiers of extended key usage that verification asks for. */
export const CLIENT_AUTH = PURPOSES.get("client auth")!;
export const SERVER_AUTH = PURPOSES.get("server auth")!;
export const ANY_PURPOSE = PURPOSES.get("any")!;

/** @returns both extensions' values; throws on a name that Kubernetes doesn't know */
export function usageExtensions(usages: readonly string[]): { readonly key: KeyUsage | undefined; readonly extended: ExtendedKeyUsage | undefined } {
  let flags = 0;
  const purposes: string[] = [];
  for (const usage of usages) {
    const bit = BITS.get(usage);
    const purpose = PURPOSES.get(usage);
    if (bit === undefined && purpose === undefined) throw new Error(`Unrecognized usage value: ${JSON.stringify(usage)}`);
    flags |= bit ?? 0;
    if (purpose !== undefined && !purposes.includes(purpose)) purposes.push(purpose);
  }
  return { key: flags ? new KeyUsage(flags) : undefined, extended: purposes.length ? new ExtendedKeyUsage(purposes) : undefined };
}
