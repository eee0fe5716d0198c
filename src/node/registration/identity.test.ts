import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { type Signing, signEverything } from "../../../test/support/signing.ts";
import { type ControlPlane, startControlPlane } from "../../cli/control-plane.ts";
import type { Client } from "../../client/client.ts";
import { connectByKubeconfig } from "../../client/connect.ts";
import { type Clock, systemClock } from "../../machinery/clock.ts";
import type { Certified } from "./certificate-request.ts";
import { type IdentityOptions, joinCluster, keepIdentityFresh } from "./identity.ts";
import { keepServingCertificate } from "./serving-certificate.ts";

const SIGNED_FOR_MS = 3_600_000;
let folder = "";
let cluster: ControlPlane;
let admin: Client;
let signing: Signing;

before(async () => {
  folder = mkdtempSync("/tmp/rampart-identity-");
  cluster = await startControlPlane();
  writeFileSync(`${folder}/admin`, cluster.adminKubeconfig);
  // Who may ask for what is the API server's to say; here the asking is tested.
  writeFileSync(`${folder}/bootstrap`, cluster.kubeconfig("system:bootstrap:abcdef", ["system:masters"]));
  admin = connectByKubeconfig(`${folder}/admin`, "test");
  signing = signEverything(admin, cluster.clientAuthority);
});
after(async () => {
  await signing.stop();
  await admin.transport.close();
  await cluster.close();
  rmSync(folder, { recursive: true });
});

/** Later than it is, so that a certificate made now is near its end. */
function late(byMs: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + byMs };
}
function options(signal: AbortSignal, clock: Clock = systemClock): IdentityOptions {
  return { nodeName: "n1", file: `${folder}/node`, bootstrapFile: `${folder}/bootstrap`, clock, signal, random: () => 0 };
}

test("a node without an identity asks for one, keeps it where only root reads it, and takes it up again", async () => {
  const { signal } = new AbortController();
  const access = await joinCluster(options(signal));
  assert.equal((statSync(`${folder}/node`).mode & 0o777).toString(8), "600");
  assert.match(access.certificate?.().cert ?? "", /BEGIN CERTIFICATE/);
  const kept = readFileSync(`${folder}/node`, "utf8");
  await joinCluster({ ...options(signal), bootstrapFile: undefined });
  assert.equal(readFileSync(`${folder}/node`, "utf8"), kept);
  assert.deepEqual(signing.signed, ["kubernetes.io/kube-apiserver-client-kubelet"]);
});

test("an identity near its end is replaced, and one that has ended needs the bootstrap token", async () => {
  const stop = new AbortController();
  const before = readFileSync(`${folder}/node`, "utf8");
  await new Promise<void>((resolve, reject) => void keepIdentityFresh(admin, options(stop.signal, late(0.9 * SIGNED_FOR_MS)), resolve, reject));
  stop.abort();
  assert.notEqual(readFileSync(`${folder}/node`, "utf8"), before);
  const ended = { ...options(new AbortController().signal, late(2 * SIGNED_FOR_MS)), bootstrapFile: undefined };
  await assert.rejects(joinCluster(ended), /holds no valid identity and no --bootstrap-kubeconfig is given/);
});

test("a serving certificate is kept, and asked for anew for another address", async () => {
  const one = (ips: readonly string[]): Promise<Certified> => {
    const stop = new AbortController();
    const wanted = { client: admin, clock: systemClock, signal: stop.signal, random: () => 0, nodeName: "n1", ips, file: `${folder}/serving.pem` };
    return new Promise<Certified>((resolve, reject) => void keepServingCertificate(wanted, resolve, reject)).finally(() => stop.abort());
  };
  const first = await one(["10.0.0.1"]);
  assert.equal((await one(["10.0.0.1"])).cert, first.cert);
  assert.notEqual((await one(["10.0.0.2"])).cert, first.cert);
  assert.equal((statSync(`${folder}/serving.pem`).mode & 0o777).toString(8), "600");
});
