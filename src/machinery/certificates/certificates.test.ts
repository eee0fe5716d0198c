import assert from "node:assert/strict";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { connect, createServer } from "node:tls";
import { issue, loadAuthority, newAuthority, newIdentity } from "./issue.ts";
import { newKeyPair } from "./keys.ts";
import { certificatesOf } from "./pem.ts";
import { newRequest, readRequest } from "./request.ts";
import { CLIENT_AUTH, SERVER_AUTH } from "./usages.ts";
import { assertValidAt, verifyChain } from "./verify.ts";

const DAY_MS = 86_400_000;
const now = Date.parse("2026-11-24T12:00:00Z");
const authority = newAuthority({ commonName: "clients", lifetimeMs: 10 * DAY_MS, now });
const client = { subject: { commonName: "ann", organizations: ["dev", "ops"], uid: "u-1" }, usages: ["digital signature", "client auth"], now };

test("an authority signs certificates that Node's own TLS accepts on both sides", async () => {
  const time = Date.now();
  const ca = newAuthority({ commonName: "test", lifetimeMs: DAY_MS, now: time });
  const server = newIdentity(ca, {
    subject: { commonName: "server" },
    names: { dns: ["localhost"], ips: ["127.0.0.1", "::1"] },
    usages: ["digital signature", "server auth"],
    lifetimeMs: DAY_MS,
    now: time,
  });
  const user = newIdentity(ca, { ...client, lifetimeMs: DAY_MS, now: time });
  const listener = createServer({ cert: server.cert, key: server.key, ca: ca.cert, requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.end(String(socket.getPeerCertificate().subject.CN));
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  assert.ok(address && typeof address === "object");
  const socket = connect({ host: "127.0.0.1", port: address.port, ca: ca.cert, cert: user.cert, key: user.key });
  const [said] = await once(socket, "data");
  assert.equal(String(said), "ann");
  socket.destroy();
  listener.close();
  await once(listener, "close");
});

test("a chain is followed to its root; another authority, another purpose and another time are refused", () => {
  const cert = newIdentity(authority, { ...client, lifetimeMs: 2 * DAY_MS }).cert;
  const [der] = certificatesOf(cert);
  const verified = verifyChain([der!], [authority.certificate], CLIENT_AUTH);
  assertValidAt(verified, now);
  assert.equal(verified.validTo, now + 2 * DAY_MS);
  assert.throws(() => assertValidAt(verified, now + 2 * DAY_MS + 1000), /expired/);
  assert.throws(() => assertValidAt(verified, now - DAY_MS), /not yet valid/);
  assert.throws(() => verifyChain([der!], [authority.certificate], SERVER_AUTH), /incompatible key usage/);
  const stranger = newAuthority({ commonName: "clients", lifetimeMs: DAY_MS, now });
  assert.throws(() => verifyChain([der!], [stranger.certificate], CLIENT_AUTH), /unknown authority/);
});

test("a leaf can't stand in for an authority", () => {
  const leaf = newIdentity(authority, { ...client, lifetimeMs: DAY_MS });
  assert.throws(() => loadAuthority(leaf), /isn't an authority/);
  const forged = issue(
    { ...authority, certificate: new X509Certificate(leaf.cert), privateKey: leaf.pair.privateKey },
    { ...client, lifetimeMs: DAY_MS, publicKey: newKeyPair().publicKey },
  );
  assert.throws(() => verifyChain([...certificatesOf(forged), ...certificatesOf(leaf.cert)], [authority.certificate], CLIENT_AUTH), /unknown authority/);
});

test("a certificate never outlives its authority", () => {
  const { cert } = newIdentity(authority, { ...client, lifetimeMs: 100 * DAY_MS });
  assert.equal(new X509Certificate(cert).validToDate.getTime(), authority.certificate.validToDate.getTime());
});

test("an authority of RSA, brought from elsewhere, signs what OpenSSL accepts", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const own = issue(authority, { ...client, lifetimeMs: DAY_MS, publicKey });
  const brought = { ...authority, cert: own, certificate: new X509Certificate(own), privateKey };
  const cert = new X509Certificate(issue(brought, { ...client, lifetimeMs: DAY_MS, publicKey: newKeyPair().publicKey }));
  assert.ok(cert.verify(publicKey));
  assert.equal(cert.signatureAlgorithm, "sha256WithRSAEncryption");
});

test("a request comes back as it was made, and a changed one is refused", () => {
  const pair = newKeyPair();
  const pem = newRequest(pair, { commonName: "system:node:a", organizations: ["system:nodes"] }, { dns: ["a"], ips: ["10.0.0.1", "fd00::1"] });
  const request = readRequest(pem);
  assert.deepEqual(request.subject, { commonName: "system:node:a", organizations: ["system:nodes"], uids: [], otherAttributes: [] });
  assert.deepEqual(request.names, { dns: ["a"], ips: ["10.0.0.1", "fd00::1"], emails: [], uris: [], others: 0 });
  assert.deepEqual(request.otherExtensions, []);
  assert.ok(request.publicKey.equals(pair.publicKey));
  const other = newRequest(newKeyPair(), { commonName: "system:node:b" });
  const bytes = certificateRequestBytes(pem);
  bytes.set(certificateRequestBytes(other).subarray(-8), bytes.length - 8);
  assert.throws(() => readRequest(`-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`));
  assert.throws(() => readRequest("hello"), /PEM block type must be CERTIFICATE REQUEST/);
});

function certificateRequestBytes(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----.*-----|\n/g, ""), "base64");
}
