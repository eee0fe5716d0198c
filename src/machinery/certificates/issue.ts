/** Certificate authorities and what they sign: certificates of version 3 over any public key (RFC 5280). Ours sign with ECDSA; one of RSA may be brought along. */

import { createHash, type KeyObject, randomBytes, sign, X509Certificate } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyIdentifier,
  type Name,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from "@peculiar/asn1-x509";
import { alternativeNames, hasNames, type Names } from "./alternative-names.ts";
import { type KeyPair, newKeyPair, privateKeyOf } from "./keys.ts";
import { toPem } from "./pem.ts";
import { type Subject, toName } from "./subject.ts";
import { usageExtensions } from "./usages.ts";

/** SHA-256 with the authority's kind of key; RSA's identifier has a NULL beside it (RFC 4055). */
const ALGORITHMS: ReadonlyMap<string, AlgorithmIdentifier> = new Map([
  ["ec", new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" })],
  ["rsa", new AlgorithmIdentifier({ algorithm: "1.2.840.113549.1.1.11", parameters: Uint8Array.of(5, 0).buffer })],
]);
/** Validity begins this much early, so that a machine whose clock is behind accepts a fresh certificate. */
export const BACKDATE_MS = 5 * 60_000;
const AUTHORITY_USAGES = ["digital signature", "key encipherment", "cert sign", "crl sign"] as const;

/** A certificate with its private key, both PEM: what a TLS context takes. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An authority in memory: whoever holds one can sign. */
export interface Authority {
  readonly cert: string;
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
  readonly key: string;
}

export interface Leaf {
  readonly subject: Subject;
  readonly names?: Names;
  /** Kubernetes' names: `digital signature`, `client auth` … */
  readonly usages: readonly string[];
  /** Cut where the authority's own validity ends. */
  readonly lifetimeMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly publicKey: KeyObject;
}

interface Unsigned {
  readonly subject: Name;
  readonly issuer: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly authorityKeyId: Buffer | undefined;
  readonly isAuthority: boolean;
  readonly usages: readonly string[];
  readonly names: Names;
}

function keyInfo(key: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(key.export({ type: "spki", format: "der" }), SubjectPublicKeyInfo);
}

/** RFC 7093's first method: the leftmost 160 bits of SHA-256 over the key. */
function keyId(info: SubjectPublicKeyInfo): Buffer {
  return createHash("sha256").update(Buffer.from(info.subjectPublicKey)).digest().subarray(0, 20);
}

function extension(extnID: string, critical: boolean, value: object): Extension {
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

/** A positive serial number of 126 random bits. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return Uint8Array.from(bytes).buffer;
}

function signed(unsigned: Unsigned, key: KeyObject): string {
  const info = keyInfo(unsigned.publicKey);
  const { key: keyUsage, extended } = usageExtensions(unsigned.usages);
  const algorithm = ALGORITHMS.get(key.asymmetricKeyType ?? "");
  if (!algorithm) throw new Error(`Cannot sign certificates with a key of the type ${key.asymmetricKeyType}`);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: unsigned.issuer,
    subject: unsigned.subject,
    validity: new Validity({ notBefore: unsigned.notBefore, notAfter: unsigned.notAfter }),
    subjectPublicKeyInfo: info,
    extensions: new Extensions([
      ...(keyUsage ? [extension(id_ce_keyUsage, true, keyUsage)] : []),
      ...(extended ? [extension(id_ce_extKeyUsage, false, extended)] : []),
      extension(id_ce_basicConstraints, true, new BasicConstraints({ cA: unsigned.isAuthority })),
      ...(unsigned.isAuthority ? [extension(id_ce_subjectKeyIdentifier, false, new SubjectKeyIdentifier(Uint8Array.from(keyId(info)).buffer))] : []),
      ...(unsigned.authorityKeyId
        ? [
            extension(
              id_ce_authorityKeyIdentifier,
              false,
              new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(Uint8Array.from(unsigned.authorityKeyId).buffer) }),
            ),
          ]
        : []),
      ...(hasNames(unsigned.names) ? [extension(id_ce_subjectAltName, unsigned.subject.length === 0, alternativeNames(unsigned.names))] : []),
    ]),
  });
  const signatureValue = sign("sha256", Buffer.from(AsnConvert.serialize(tbsCertificate)), key);
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: Uint8Array.from(signatureValue).buffer });
  return toPem("CERTIFICATE", Buffer.from(AsnConvert.serialize(certificate)));
}

/** Makes an authority: a new key and a certificate signed by itself. */
export function newAuthority(options: { readonly commonName: string; readonly lifetimeMs: number; readonly now: number }): Authority {
  const pair = newKeyPair();
  const name = toName({ commonName: options.commonName });
  const cert = signed(
    {
      subject: name,
      issuer: name,
      notBefore: new Date(options.now - BACKDATE_MS),
      notAfter: new Date(options.now + options.lifetimeMs),
      publicKey: pair.publicKey,
      authorityKeyId: undefined,
      isAuthority: true,
      usages: AUTHORITY_USAGES,
      names: {},
    },
    pair.privateKey,
  );
  return { cert, certificate: new X509Certificate(cert), privateKey: pair.privateKey, key: pair.pem };
}

/** Takes up an authority from its PEM files; throws when key and certificate don't belong together or it may not sign. */
export function loadAuthority(identity: Identity): Authority {
  const certificate = new X509Certificate(identity.cert);
  const privateKey = privateKeyOf(identity.key);
  if (!certificate.ca) throw new Error(`Cannot sign with ${JSON.stringify(certificate.subject)}: it isn't an authority's certificate`);
  if (!certificate.checkPrivateKey(privateKey)) throw new Error(`Cannot sign with ${JSON.stringify(certificate.subject)}: the key isn't its own`);
  return { cert: identity.cert, certificate, privateKey, key: identity.key };
}

/** Signs a certificate that can sign nothing itself. @returns its PEM */
export function issue(authority: Authority, leaf: Leaf): string {
  const own = AsnConvert.parse(authority.certificate.raw, Certificate).tbsCertificate;
  const notAfter = Math.min(leaf.now + leaf.lifetimeMs, authority.certificate.validToDate.getTime());
  return signed(
    {
      subject: toName(leaf.subject),
      issuer: own.subject,
      notBefore: new Date(leaf.now - BACKDATE_MS),
      notAfter: new Date(notAfter),
      publicKey: leaf.publicKey,
      authorityKeyId: keyId(own.subjectPublicKeyInfo),
      isAuthority: false,
      usages: leaf.usages,
      names: leaf.names ?? {},
    },
    authority.privateKey,
  );
}

/** Makes a key pair and has it signed. */
export function newIdentity(authority: Authority, leaf: Omit<Leaf, "publicKey">): Identity & { readonly pair: KeyPair } {
  const pair = newKeyPair();
  return { cert: issue(authority, { ...leaf, publicKey: pair.publicKey }), key: pair.pem, pair };
}
