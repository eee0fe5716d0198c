/** Subject alternative names: the DNS names, addresses, mail addresses and URIs that a certificate stands for. */

import { GeneralName, SubjectAlternativeName } from "@peculiar/asn1-x509";

export interface Names {
  readonly dns?: readonly string[];
  /** IPv4 and IPv6 addresses as text. */
  readonly ips?: readonly string[];
  readonly emails?: readonly string[];
  readonly uris?: readonly string[];
}

/** @returns whether there is any name */
export function hasNames(names: Names): boolean {
  return [names.dns, names.ips, names.emails, names.uris].some((list) => list !== undefined && list.length > 0);
}

/** @returns the extension's value */
export function alternativeNames(names: Names): SubjectAlternativeName {
  return new SubjectAlternativeName([
    ...(names.dns ?? []).map((dNSName) => new GeneralName({ dNSName })),
    ...(names.ips ?? []).map((iPAddress) => new GeneralName({ iPAddress })),
    ...(names.emails ?? []).map((rfc822Name) => new GeneralName({ rfc822Name })),
    ...(names.uris ?? []).map((uniformResourceIdentifier) => new GeneralName({ uniformResourceIdentifier })),
  ]);
}

/** @returns the names, and how many are of another sort (which no policy of ours grants) */
export function namesOf(extension: SubjectAlternativeName): Required<Names> & { readonly others: number } {
  const dns: string[] = [];
  const ips: string[] = [];
  const emails: string[] = [];
  const uris: string[] = [];
  let others = 0;
  for (const name of extension) {
    if (name.dNSName !== undefined) dns.push(name.dNSName);
    else if (name.iPAddress !== undefined) ips.push(name.iPAddress);
    else if (name.rfc822Name !== undefined) emails.push(name.rfc822Name);
    else if (name.uniformResourceIdentifier !== undefined) uris.push(name.uniformResourceIdentifier);
    else others++;
  }
  return { dns, ips, emails, uris, others };
}
