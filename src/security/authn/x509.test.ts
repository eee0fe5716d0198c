import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { newAuthority, newIdentity } from "../../machinery/certificates/issue.ts";
import { certificatesOf } from "../../machinery/certificates/pem.ts";
import type { Subject } from "../../machinery/certificates/subject.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import { CredentialError, type Credentials } from "./credentials.ts";
import { loginUnion } from "./union.ts";
import { x509Authenticator } from "./x509.ts";

const HOUR_MS = 3_600_000;
const start = Date.parse("2026-11-24T12:00:00Z");
const authority = newAuthority({ commonName: "clients", lifetimeMs: 1000 * HOUR_MS, now: start });

function clockAt(now: number) {
  return {
    time: now,
    now() {
      return this.time;
    },
    after: () => () => {},
  };
}
function shown(subject: Subject, usages = ["digital signature", "client auth"]): Credentials {
  const { cert } = newIdentity(authority, { subject, usages, lifetimeMs: HOUR_MS, now: start });
  return { certificates: certificatesOf(cert), authorization: [], peerAddress: "127.0.0.1" };
}

test("a certificate's name, organizations and UID are the user, and the credential is named by its fingerprint", () => {
  const credentials = shown({ commonName: "ann", organizations: ["dev", "a, b"], uid: "u-1" });
  const fingerprint = createHash("sha256").update(credentials.certificates![0]!).digest("hex");
  const user = x509Authenticator(authority.cert, clockAt(start)).authenticate(credentials)!;
  assert.deepEqual(
    { ...user, extra: { ...user.extra } },
    {
      name: "ann",
      uid: "u-1",
      groups: ["dev", "a, b"],
      extra: { "authentication.kubernetes.io/credential-id": [`X509SHA256=${fingerprint}`] },
      via: "x509",
    },
  );
});

test("a session ends with its certificate, and a serving certificate logs nobody in", () => {
  const clock = clockAt(start);
  const authenticator = x509Authenticator(authority.cert, clock);
  const credentials = shown({ commonName: "ann" });
  assert.equal(authenticator.authenticate(credentials)?.name, "ann");
  clock.time += HOUR_MS + 1000;
  assert.throws(
    () => authenticator.authenticate(credentials),
    (error: Error) => error instanceof CredentialError && /expired/.test(error.message),
  );
  assert.throws(
    () => x509Authenticator(authority.cert, clockAt(start)).authenticate(shown({ commonName: "x" }, ["digital signature", "server auth"])),
    /incompatible key usage/,
  );
  const stranger = newAuthority({ commonName: "clients", lifetimeMs: HOUR_MS, now: start });
  assert.throws(() => x509Authenticator(stranger.cert, clockAt(start)).authenticate(credentials), /unknown authority/);
});

test("no credential, two credentials and an unknown token are 401, and a good one adds system:authenticated", async () => {
  const login = loginUnion(x509Authenticator(authority.cert, clockAt(start)), []);
  const good = shown({ commonName: "ann", organizations: ["dev"] });
  const unauthorized = (why: RegExp) => (error: unknown) =>
    error instanceof StatusError && error.status.code === 401 && why.test(String((error.cause as Error).message));
  assert.deepEqual((await login.authenticate(good)).groups, ["dev", "system:authenticated"]);
  assert.throws(() => login.authenticate({ ...good, certificates: undefined }), unauthorized(/no credentials/));
  assert.throws(() => login.authenticate({ ...good, authorization: ["Bearer x"] }), unauthorized(/more than one/));
  assert.throws(() => login.authenticate({ ...good, certificates: undefined, authorization: ["Bearer x", "Bearer y"] }), unauthorized(/more than one/));
  await assert.rejects(async () => login.authenticate({ ...good, certificates: undefined, authorization: ["Bearer x"] }), unauthorized(/no authenticator/));
});
