/** Client certificates: the common name is the user, organizations are groups (k8s.io/apiserver pkg/authentication/request/x509). */

import { createHash, X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { Certificate } from "@peculiar/asn1-x509";
import { certificatesOf } from "../../machinery/certificates/pem.ts";
import { fromName } from "../../machinery/certificates/subject.ts";
import { CLIENT_AUTH } from "../../machinery/certificates/usages.ts";
import { assertValidAt, type Verified, verifyChain } from "../../machinery/certificates/verify.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { User } from "../user.ts";
import { type Authenticator, CredentialError, type Credentials, extras } from "./credentials.ts";

export const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

interface Known {
  readonly verified: Verified;
  readonly user: User | undefined;
}

export function commonNameOf(leaf: X509Certificate): string {
  return subjectOf(leaf).commonName ?? "";
}

function subjectOf(leaf: X509Certificate): ReturnType<typeof fromName> {
  return fromName(AsnConvert.parse(leaf.raw, Certificate).tbsCertificate.subject);
}

function userOf(leaf: X509Certificate): User | undefined {
  const subject = subjectOf(leaf);
  if (!subject.commonName) return undefined;
  if (subject.uids.length > 1) throw new Error(`expected 1 UID, but found ${subject.uids.length}`);
  if (subject.uids.length === 1 && !subject.uid) throw new Error("UID cannot be an empty string");
  const fingerprint = createHash("sha256").update(leaf.raw).digest("hex");
  return {
    name: subject.commonName,
    ...(subject.uid && { uid: subject.uid }),
    groups: subject.organizations,
    extra: extras([[CREDENTIAL_ID, [`X509SHA256=${fingerprint}`]]]),
    via: "x509",
  };
}

/**
 * @param bundle PEM of the authorities whose certificates log clients in
 * A TLS session's chain is verified once; its times are looked at on every request, so that a session doesn't outlive its certificate.
 */
export function x509Authenticator(
  bundle: string,
  clock: Clock,
): Omit<Authenticator, "authenticate"> & { authenticate(credentials: Credentials): User | undefined } {
  const roots = certificatesOf(bundle).map((der) => new X509Certificate(der));
  const known = new WeakMap<readonly Uint8Array[], Known>();

  function look(chain: readonly Uint8Array[]): Known {
    const verified = verifyChain(chain, roots, CLIENT_AUTH);
    return { verified, user: userOf(verified.leaf) };
  }

  return {
    name: "x509",
    authenticate({ certificates }) {
      if (!certificates?.length) return undefined;
      try {
        const found = known.getOrInsertComputed(certificates, look);
        assertValidAt(found.verified, clock.now());
        return found.user;
      } catch (error) {
        throw new CredentialError(`x509: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    },
  };
}
