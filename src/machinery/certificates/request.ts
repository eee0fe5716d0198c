/** Certificate signing requests (PKCS#10, RFC 2986): made by nodes and users, read and checked by the signer. */

import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { Attributes, CertificationRequest, CertificationRequestInfo } from "@peculiar/asn1-csr";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { AlgorithmIdentifier, Attribute, Extension, Extensions, id_ce_subjectAltName, SubjectAlternativeName, SubjectPublicKeyInfo } from "@peculiar/asn1-x509";
import { alternativeNames, hasNames, type Names, namesOf } from "./alternative-names.ts";
import type { KeyPair } from "./keys.ts";
import { fromPem, toPem } from "./pem.ts";
import { fromName, type ReadSubject, type Subject, toName } from "./subject.ts";

const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3";
const ECDSA_WITH_SHA512 = "1.2.840.10045.4.3.4";
const RSA_WITH_SHA256 = "1.2.840.113549.1.1.11";
const ED25519 = "1.3.101.112";
/** What RSA's algorithms have as parameters (RFC 4055): an ASN.1 NULL. */
const NULL = Uint8Array.of(5, 0).buffer;
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
/** A request larger than this is nobody's honest request. */
const REQUEST_LIMIT_BYTES = 64 * 1024;

/** Signature algorithms that a request may be signed with, and their digests. */
const DIGESTS: ReadonlyMap<string, string | null> = new Map([
  [ECDSA_WITH_SHA256, "sha256"],
  [ECDSA_WITH_SHA384, "sha384"],
  [ECDSA_WITH_SHA512, "sha512"],
  [RSA_WITH_SHA256, "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  [ED25519, null],
]);

export interface SigningRequest {
  readonly subject: ReadSubject;
  readonly names: Required<Names> & { readonly others: number };
  readonly publicKey: KeyObject;
  /** Object identifiers of requested extensions other than the alternative names. */
  readonly otherExtensions: readonly string[];
}

/** Makes a request for a key. @returns PEM */
export function newRequest(pair: KeyPair, subject: Subject, names: Names = {}): string {
  const extensions = hasNames(names)
    ? [new Extension({ extnID: id_ce_subjectAltName, extnValue: new OctetString(AsnConvert.serialize(alternativeNames(names))) })]
    : [];
  const certificationRequestInfo = new CertificationRequestInfo({
    subject: toName(subject),
    subjectPKInfo: AsnConvert.parse(pair.publicKey.export({ type: "spki", format: "der" }), SubjectPublicKeyInfo),
    attributes: new Attributes(
      extensions.length ? [new Attribute({ type: EXTENSION_REQUEST, values: [AsnConvert.serialize(new Extensions(extensions))] })] : [],
    ),
  });
  const signatureAlgorithm = algorithmFor(pair.privateKey);
  const digest = DIGESTS.get(signatureAlgorithm.algorithm);
  const signature = sign(digest, Buffer.from(AsnConvert.serialize(certificationRequestInfo)), pair.privateKey);
  const request = new CertificationRequest({
    certificationRequestInfo,
    signatureAlgorithm,
    signature: Uint8Array.from(signature).buffer,
  });
  return toPem("CERTIFICATE REQUEST", Buffer.from(AsnConvert.serialize(request)));
}

/** @returns what a key signs with: the digest that is as strong as its curve */
function algorithmFor({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): AlgorithmIdentifier {
  if (asymmetricKeyType === "rsa") return new AlgorithmIdentifier({ algorithm: RSA_WITH_SHA256, parameters: NULL });
  if (asymmetricKeyType === "ed25519") return new AlgorithmIdentifier({ algorithm: ED25519 });
  const byCurve = new Map([
    ["secp384r1", ECDSA_WITH_SHA384],
    ["secp521r1", ECDSA_WITH_SHA512],
  ]);
  return new AlgorithmIdentifier({ algorithm: byCurve.get(asymmetricKeyDetails?.namedCurve ?? "") ?? ECDSA_WITH_SHA256 });
}

export interface ParsedRequest {
  readonly request: CertificationRequest;
  readonly publicKey: KeyObject;
}

/** @param der of the request, whose signature isn't checked. Throws Error where it is none. */
export function parseRequest(der: Buffer): ParsedRequest {
  const request = AsnConvert.parse(der, CertificationRequest);
  const key = Buffer.from(AsnConvert.serialize(request.certificationRequestInfo.subjectPKInfo));
  return { request, publicKey: createPublicKey({ key, type: "spki", format: "der" }) };
}

/** Whether a request is signed with the key that it asks for. Throws Error for an algorithm that nobody should use. */
export function isSelfSigned({ request, publicKey }: ParsedRequest): boolean {
  const { algorithm } = request.signatureAlgorithm;
  const digest = DIGESTS.get(algorithm);
  if (digest === undefined) throw new Error(`signature algorithm ${algorithm} is not supported`);
  const signed = request.certificationRequestInfoRaw ?? AsnConvert.serialize(request.certificationRequestInfo);
  return verify(digest, Buffer.from(signed), publicKey, Buffer.from(request.signature));
}

/**
 * Reads a request and checks that it is signed with the key that it asks for.
 * @param pem one block `CERTIFICATE REQUEST`
 * @throws Error in words for a user
 */
export function readRequest(pem: string): SigningRequest {
  const block = fromPem(pem)[0];
  if (block?.label !== "CERTIFICATE REQUEST") throw new Error("PEM block type must be CERTIFICATE REQUEST");
  if (block.der.length > REQUEST_LIMIT_BYTES) throw new Error(`the request is larger than ${REQUEST_LIMIT_BYTES} bytes`);
  const { request, publicKey } = parseRequest(block.der);
  const info = request.certificationRequestInfo;
  if (!isSelfSigned({ request, publicKey })) throw new Error("the request is not signed with its own key");
  const extensions = [...(info.attributes ?? [])]
    .filter((attribute) => attribute.type === EXTENSION_REQUEST)
    .flatMap((attribute) => attribute.values.flatMap((value) => [...AsnConvert.parse(value, Extensions)]));
  const alternative = extensions.filter((each) => each.extnID === id_ce_subjectAltName);
  if (alternative.length > 1) throw new Error("the request names its alternative names twice");
  return {
    subject: fromName(info.subject),
    names: alternative[0]
      ? namesOf(AsnConvert.parse(alternative[0].extnValue.buffer, SubjectAlternativeName))
      : { dns: [], ips: [], emails: [], uris: [], others: 0 },
    publicKey,
    otherExtensions: extensions.filter((each) => each.extnID !== id_ce_subjectAltName).map((each) => each.extnID),
  };
}
