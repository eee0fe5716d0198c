import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Namespace, Node, Pod, PodCertificateRequest, ServiceAccount } from "../../api/resources.ts";
import type { PodCertificateRequest as RequestObject } from "../../api/tables/certificates-v1.ts";
import { startControlPlane } from "../../cli/control-plane.ts";
import { connectByKubeconfig } from "../../client/connect.ts";
import { issue, newAuthority } from "../../machinery/certificates/issue.ts";
import { parseRequest } from "../../machinery/certificates/request.ts";
import { type Clock, systemClock } from "../../machinery/clock.ts";
import { agentPod } from "../pods/agent-pod.ts";
import type { Note } from "../pods/context.ts";
import { PodCertificates } from "./pod-certificates.ts";

const HOUR_MS = 3_600_000;

test("a pod's certificate is asked for with a key of the wanted kind, kept, renewed when the signer says so, and refused for good", async () => {
  await using cluster = await startControlPlane();
  const folder = mkdtempSync("/tmp/rampart-pod-certificates-");
  const stop = new AbortController();
  try {
    writeFileSync(`${folder}/kubeconfig`, cluster.adminKubeconfig);
    const client = connectByKubeconfig(`${folder}/kubeconfig`, "test");
    await client.create(Namespace, { metadata: { name: "d" }, spec: {} });
    await client.create(ServiceAccount, { metadata: { name: "robot", namespace: "d" } });
    await client.create(Node, { metadata: { name: "n" }, spec: {} });
    const image = { name: "c", image: "x", securityContext: { allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: { drop: ["ALL"] } } };
    const securityContext = { seccompProfile: { type: "RuntimeDefault" } };
    const spec = { nodeName: "n", serviceAccountName: "robot", containers: [image], securityContext };
    const pod = agentPod(await client.create(Pod, { metadata: { name: "p", namespace: "d" }, spec }));

    let changed: readonly string[] = [];
    let aheadMs = 0;
    const notes: Note[] = [];
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs, after: systemClock.after.bind(systemClock) };
    const certificates = new PodCertificates({
      ...{ client, clock, signal: stop.signal, nodeName: "n", random: () => 0 },
      onChange: (uids) => {
        changed = uids;
      },
      note: (note) => void notes.push(note),
      failed: (what) => (error) => assert.fail(`${what}: ${error}`),
    });
    const wanted = (keyType: string) => ({ volume: "v", index: 0, projection: { signerName: "example.com/s", keyType, userAnnotations: { "a/b": "c" } } });
    /** @returns the newest request, once there are so many */
    const requested = async (count: number): Promise<RequestObject> => {
      const { items } = await client.list(PodCertificateRequest);
      assert.equal(items.length, count);
      return items.toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion)).at(-1)!;
    };
    const condition = (type: string) => ({
      type,
      status: "True",
      reason: "R",
      message: "m",
      lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ""),
    });
    const answer = async (request: RequestObject, status: RequestObject["status"]) => {
      changed = [];
      await client.update(PodCertificateRequest, { ...request, status: { ...status } }, "status");
      for (let tries = 0; changed.length === 0; tries++) {
        assert.ok(tries < 100, "nobody heard of the answer");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.deepEqual(changed, [pod.metadata.uid]);
    };

    for (const [index, keyType] of ["ED25519", "ECDSAP384", "RSA3072"].entries()) {
      const ask = { ...wanted(keyType), index };
      await assert.rejects(certificates.certificate(pod, ask), /credential bundle is not issued yet/);
      await assert.rejects(certificates.certificate(pod, ask), /credential bundle is not issued yet/);
      const request = await requested(index + 1);
      assert.deepEqual(
        [request.spec.podUID, request.spec.serviceAccountName, request.spec.unverifiedUserAnnotations],
        [pod.metadata.uid, "robot", { "a/b": "c" }],
      );
      const { publicKey } = parseRequest(Buffer.from(request.spec.stubPKCS10Request ?? "", "base64"));
      assert.equal(publicKey.asymmetricKeyType, keyType === "RSA3072" ? "rsa" : keyType === "ED25519" ? "ed25519" : "ec");
      const now = Date.now() + 120_000;
      const authority = newAuthority({ commonName: "ca", lifetimeMs: 10 * HOUR_MS, now });
      const chain = issue(authority, { subject: { commonName: "p" }, lifetimeMs: 2 * HOUR_MS, now, usages: ["client auth"], publicKey });
      const { validFromDate, validToDate } = new X509Certificate(chain);
      const time = (at: number) => new Date(at).toISOString().replace(/\.\d+/, "");
      const times = { notBefore: time(validFromDate.getTime()), notAfter: time(validToDate.getTime()), beginRefreshAt: time(now + HOUR_MS) };
      await answer(request, { conditions: [condition("Issued")], certificateChain: `a note\n${chain}`, ...times });
      const issued = await certificates.certificate(pod, ask);
      assert.equal(issued.chain, chain);
      assert.ok(new X509Certificate(issued.chain).checkPrivateKey(createPrivateKey(issued.key)));
    }

    aheadMs = 3 * HOUR_MS;
    const kept = await certificates.certificate(pod, wanted("ED25519"));
    assert.deepEqual(
      notes.map(({ reason }) => reason),
      ["CertificateOverdueForRefresh", "CertificateExpired"],
    );
    const renewal = await requested(4);
    assert.deepEqual(await certificates.certificate(pod, wanted("ED25519")), kept);
    await requested(4);
    await answer(renewal, { conditions: [condition("Denied")] });
    await assert.rejects(certificates.certificate(pod, wanted("ED25519")), /PodCertificateRequest was permanently denied: reason="R" message="m"/);
    assert.equal(notes.at(-1)?.message, `PodCertificateRequest d/${renewal.metadata.name} was denied, reason="R", message="m"`);
    await client.transport.close();
  } finally {
    stop.abort();
    rmSync(folder, { recursive: true });
  }
});
