/** A certificate's subject as Kubernetes reads it: a user's name, groups and UID; and its ASN.1 form. */

import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from "@peculiar/asn1-x509";

const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
/** The subject's attribute that holds a user's UID (k8s.io/apimachinery pkg/apis/asn1). */
const USER_UID = "1.3.6.1.4.1.57683.2";

export interface Subject {
  /** The user, or the server. */
  readonly commonName: string;
  /** The user's groups. */
  readonly organizations?: readonly string[];
  /** The user's UID. */
  readonly uid?: string;
}

/** A subject that was read, with what policy may want to refuse. */
export interface ReadSubject extends Subject {
  readonly organizations: readonly string[];
  /** Every UID attribute: more than one makes the certificate useless for a login. */
  readonly uids: readonly string[];
  /** Object identifiers of attributes other than these three. */
  readonly otherAttributes: readonly string[];
}

function attribute(type: string, value: string): RelativeDistinguishedName {
  return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String: value }) })]);
}

/** @returns the ASN.1 name: organizations, common name, UID, one attribute each */
export function toName(subject: Subject): Name {
  return new Name([
    ...(subject.organizations ?? []).map((organization) => attribute(ORGANIZATION, organization)),
    ...(subject.commonName ? [attribute(COMMON_NAME, subject.commonName)] : []),
    ...(subject.uid ? [attribute(USER_UID, subject.uid)] : []),
  ]);
}

/** @returns what the name says; of several common names the last one counts, as in Go's crypto/x509 */
export function fromName(name: Name): ReadSubject {
  let commonName = "";
  const organizations: string[] = [];
  const uids: string[] = [];
  const otherAttributes: string[] = [];
  for (const { type, value } of name.flat()) {
    if (type === COMMON_NAME) commonName = value.toString();
    else if (type === ORGANIZATION) organizations.push(value.toString());
    else if (type === USER_UID) uids.push(value.toString());
    else otherAttributes.push(type);
  }
  return { commonName, organizations, uids, otherAttributes, ...(uids.length === 1 && uids[0] && { uid: uids[0] }) };
}
