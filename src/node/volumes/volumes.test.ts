import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { insideMachine } from "../../../test/support/machine.ts";
import type { ClusterTrustBundle } from "../../api/tables/certificates-v1.ts";
import type { ClusterTrustBundleProjection, ConfigMap, PodSpec, Secret, Volume } from "../../api/tables/core-v1.ts";
import { toPem } from "../../machinery/certificates/pem.ts";
import { agentPod } from "../pods/agent-pod.ts";
import { writeAtomically } from "./atomic-writer.ts";
import { mountPoints } from "./mounts.ts";
import { PodVolumes, removePodFolder } from "./pod-volumes.ts";
import { mountSubPath } from "./sub-path.ts";
import type { VolumeContext } from "./volume-kind.ts";

insideMachine(import.meta.filename, (folder) => {
  const configMaps = new Map<string, ConfigMap>([["d/c", { metadata: {}, data: { a: "1", b: "2" }, binaryData: { bin: "/w==" } }]]);
  const secrets = new Map<string, Secret>([["d/s", { metadata: {}, data: { key: Buffer.from("hush").toString("base64") } }]]);
  const anchor = (text: string) => toPem("CERTIFICATE", Buffer.from(text));
  const bundles: ClusterTrustBundle[] = [
    { metadata: { name: "plain" }, spec: { trustBundle: `a note\n${anchor("p")}` } },
    { metadata: { name: "x:s:1", labels: { alive: "yes" } }, spec: { signerName: "x/s", trustBundle: anchor("1") + anchor("2") } },
    { metadata: { name: "x:s:2", labels: { alive: "no" } }, spec: { signerName: "x/s", trustBundle: anchor("2") + anchor("3") } },
    { metadata: { name: "x:t:1", labels: { alive: "yes" } }, spec: { signerName: "x/t", trustBundle: anchor("4") } },
  ];
  let serial = 0;

  function context(volumes: Volume[], spec: Partial<PodSpec> = {}): VolumeContext {
    const uid = `pod-${++serial}`;
    return {
      pod: agentPod({
        metadata: { name: "p", namespace: "d", uid, labels: { l: "v" } },
        spec: { containers: [{ name: "main", resources: { limits: { cpu: "2" } } }], volumes, ...spec },
      }),
      podFolder: `${folder}/pods/${uid}`,
      objects: {
        configMap: async (ns, name) => configMaps.get(`${ns}/${name}`),
        secret: async (ns, name) => secrets.get(`${ns}/${name}`),
        services: () => [],
        trustBundles: async () => bundles,
        runtimeHandler: () => "",
      },
      tokens: { token: async (_, { audience, expirationSeconds }) => `${audience}/${expirationSeconds}` },
      certificates: { certificate: async (_, { volume, index, projection }) => ({ key: `${projection.keyType} `, chain: `${volume}/${index}` }) },
      addresses: { podIps: ["10.1.1.1"], hostIps: ["10.0.0.1"] },
      allocatable: { cpu: "4" },
      now: 0,
    };
  }
  async function only(volume: Volume, spec: Partial<PodSpec> = {}) {
    const made = await new PodVolumes().prepare(context([volume], spec));
    return made.get(volume.name)!;
  }
  const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

  test("a config map's keys become files, all or those that are chosen", async () => {
    const all = await only({ name: "v", configMap: { name: "c" } });
    assert.deepEqual(
      readdirSync(all.path)
        .filter((name) => !name.startsWith(".."))
        .toSorted(),
      ["a", "b", "bin"],
    );
    assert.deepEqual([readFileSync(join(all.path, "a"), "utf8"), readFileSync(join(all.path, "bin")), all.readOnly], ["1", Buffer.from([255]), true]);
    const chosen = await only({
      name: "v",
      configMap: {
        name: "c",
        defaultMode: 0o400,
        items: [
          { key: "a", path: "deep/er/x" },
          { key: "b", path: "y", mode: 0o755 },
        ],
      },
    });
    assert.deepEqual([mode(join(chosen.path, "deep/er/x")), mode(join(chosen.path, "y"))], ["400", "755"]);
    assert.equal(existsSync(join(chosen.path, "bin")), false);
  });

  test("what is missing is said, unless it is optional", async () => {
    const missing = (volume: Omit<Volume, "name">) =>
      assert.rejects(only({ name: "v", ...volume }), (error: Error) => error.message.startsWith('MountVolume.SetUp failed for volume "v" : '));
    await missing({ configMap: { name: "none" } });
    await missing({ configMap: { name: "c", items: [{ key: "none", path: "x" }] } });
    await missing({ secret: { secretName: "none" } });
    await missing({ nfs: { server: "s", path: "/" } });
    await missing({ projected: { sources: [{ clusterTrustBundle: { path: "x" } }] } });
    await missing({ configMap: { name: "c", items: [{ key: "a", path: "../x" }] } });
    assert.deepEqual(
      readdirSync((await only({ name: "v", secret: { secretName: "none", optional: true } })).path).filter((name) => !name.startsWith("..")),
      [],
    );
  });

  test("secrets lie in memory, and belong to the pod's group where it has one", async () => {
    const { path } = await only({ name: "v", secret: { secretName: "s", defaultMode: 0o400 } }, { securityContext: { fsGroup: 77 } });
    assert.ok((await mountPoints()).includes(path));
    const { gid } = statSync(join(path, "key"));
    assert.deepEqual([readFileSync(join(path, "key"), "utf8"), mode(join(path, "key")), gid], ["hush", "440", 77]);
  });

  test("a projected volume joins its sources; a token is its user's alone", async () => {
    const sources = [
      { configMap: { name: "c", items: [{ key: "a", path: "cm/a" }] } },
      { secret: { name: "s" } },
      {
        downwardAPI: {
          items: [
            { path: "labels", fieldRef: { fieldPath: "metadata.labels" } },
            { path: "cpu", resourceFieldRef: { containerName: "main", resource: "limits.cpu" } },
          ],
        },
      },
      { serviceAccountToken: { path: "token", audience: "vault", expirationSeconds: 600 } },
      { podCertificate: { keyType: "ED25519", credentialBundlePath: "both", keyPath: "own/key", certificateChainPath: "own/chain" } },
    ];
    const { path } = await only({ name: "v", projected: { sources } }, { securityContext: { runAsUser: 1000 } });
    const read = (name: string) => readFileSync(join(path, name), "utf8");
    assert.deepEqual(["cm/a", "key", "labels", "cpu", "token"].map(read), ["1", "hush", 'l="v"', "2", "vault/600"]);
    assert.deepEqual(["both", "own/key", "own/chain"].map(read), ["ED25519 v/4", "ED25519 ", "v/4"]);
    for (const own of ["token", "both", "own/key"]) assert.deepEqual([statSync(join(path, own)).uid, mode(join(path, own))], [1000, "600"]);
  });

  test("trust anchors come from a bundle by name or from a signer's bundles by labels, each once", async () => {
    const anchors = async (source: Partial<ClusterTrustBundleProjection>, spec: Partial<PodSpec> = {}) => {
      const { path } = await only({ name: "v", projected: { sources: [{ clusterTrustBundle: { path: "ca.pem", ...source } }] } }, spec);
      return { text: readFileSync(join(path, "ca.pem"), "utf8"), mode: mode(join(path, "ca.pem")) };
    };
    const of = (...texts: string[]) => texts.map(anchor).join("");
    assert.deepEqual(await anchors({ name: "plain" }), { text: of("p"), mode: "644" });
    assert.deepEqual(await anchors({ name: "plain" }, { securityContext: { runAsUser: 7 } }), { text: of("p"), mode: "600" });
    assert.deepEqual((await anchors({ signerName: "x/s", labelSelector: {} })).text, of("1", "2", "3"));
    assert.deepEqual((await anchors({ signerName: "x/s", labelSelector: { matchLabels: { alive: "no" } } })).text, of("2", "3"));
    assert.deepEqual((await anchors({ signerName: "x/s", optional: true })).text, "");
    assert.deepEqual((await anchors({ name: "none", optional: true })).text, "");
    await assert.rejects(anchors({ name: "none" }), /clustertrustbundle.certificates.k8s.io "none" not found/);
    await assert.rejects(anchors({ signerName: "x/s" }), /combination of signerName and labelSelector matched zero ClusterTrustBundles/);
  });

  test("an emptyDir is for everyone, in memory no larger than its limit, and its group's where the pod has one", async () => {
    const disk = await only({ name: "v", emptyDir: {} }, { securityContext: { fsGroup: 77 } });
    assert.deepEqual([mode(disk.path), statSync(disk.path).gid, disk.readOnly], ["2777", 77, false]);
    const memory = await only({ name: "v", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } });
    assert.equal(mode(memory.path), "777");
    assert.throws(() => writeFileSync(join(memory.path, "big"), Buffer.alloc(2 * 2 ** 20)), /ENOSPC/);
  });

  test("a host path must be what it is said to be, and is made where it may be", async () => {
    const of = (path: string, type?: string) => only({ name: "v", hostPath: { path, ...(type && { type }) } });
    const base = `${folder}/host`;
    mkdirSync(base);
    writeFileSync(`${base}/file`, "");
    assert.equal((await of(`${base}/file`)).path, `${base}/file`);
    assert.equal((await of("/dev/null", "CharDevice")).path, "/dev/null");
    await of(`${base}/new/dir`, "DirectoryOrCreate");
    await of(`${base}/new/file`, "FileOrCreate");
    assert.deepEqual([mode(`${base}/new/dir`), mode(`${base}/new/file`)], ["755", "644"]);
    await assert.rejects(of(`${base}/file`, "Directory"), /hostPath type check failed: .*file is not a directory/);
    await assert.rejects(of(`${base}/none`, "File"), /is not a file/);
    await assert.rejects(of(base, "Socket"), /is not a socket/);
  });

  test("a volume's new contents replace the old ones in one step, and nothing is written where nothing has changed", async () => {
    const path = `${folder}/atomic`;
    mkdirSync(path);
    const file = (text: string) => ({ content: Buffer.from(text), mode: 0o644 });
    assert.equal(
      await writeAtomically(
        path,
        new Map([
          ["a", file("1")],
          ["d/b", file("2")],
        ]),
      ),
      true,
    );
    const first = readlinkSync(join(path, "..data"));
    assert.equal(
      await writeAtomically(
        path,
        new Map([
          ["a", file("1")],
          ["d/b", file("2")],
        ]),
      ),
      false,
    );
    assert.equal(readlinkSync(join(path, "..data")), first);
    assert.equal(
      await writeAtomically(
        path,
        new Map([
          ["a", file("3")],
          ["c", file("4")],
        ]),
      ),
      true,
    );
    assert.deepEqual(
      readdirSync(path)
        .filter((name) => !name.startsWith(".."))
        .toSorted(),
      ["a", "c"],
    );
    assert.equal(readFileSync(join(path, "a"), "utf8"), "3");
    assert.equal(existsSync(join(path, first)), false);
    for (const bad of ["../x", "/x", "a/../b", "..data", ""]) await assert.rejects(writeAtomically(path, new Map([[bad, file("")]])), /no plain relative path/);
  });

  test("a sub-path is mounted, made where it is missing, and never leads out of its volume", async () => {
    const volume = `${folder}/volume`;
    mkdirSync(`${volume}/in/side`, { recursive: true });
    writeFileSync(`${volume}/in/file`, "text");
    symlinkSync("in/file", `${volume}/good`);
    symlinkSync("/etc", `${volume}/bad`);
    symlinkSync("../../..", `${volume}/up`);
    const target = (name: string) => `${folder}/targets/${name}`;
    await mountSubPath(volume, "in/side", target("dir"));
    writeFileSync(`${target("dir")}/x`, "");
    assert.ok(existsSync(`${volume}/in/side/x`));
    assert.equal(readFileSync(await mountSubPath(volume, "good", target("file")), "utf8"), "text");
    await mountSubPath(volume, "made/here", target("made"));
    assert.ok(lstatSync(`${volume}/made/here`).isDirectory());
    for (const path of ["bad", "bad/ssh", "up", "up/etc", "../x", "/etc", "in/file/x"])
      await assert.rejects(mountSubPath(volume, path, target("none")), `${path} was mounted`);
    assert.equal(existsSync(target("none")), false);
  });

  test("a folder that becomes a link after the check is not followed", async () => {
    const volume = `${folder}/race`;
    mkdirSync(`${volume}/a`, { recursive: true });
    // A link that leads nowhere passes realpath(3) as missing: only the walk is left to refuse it.
    symlinkSync("/nonexistent-outside", `${volume}/dangling`);
    await assert.rejects(mountSubPath(volume, "dangling/x", `${folder}/targets/race`), /is a link/);
    renameSync(`${volume}/a`, `${volume}/b`);
    symlinkSync("b", `${volume}/a`);
    await mountSubPath(volume, "a", `${folder}/targets/race`);
    assert.ok(existsSync(`${volume}/b`));
  });

  test("with its pod everything goes, and nothing that was only mounted", async () => {
    const outside = `${folder}/outside`;
    mkdirSync(outside);
    writeFileSync(`${outside}/kept`, "");
    const what = context([
      { name: "m", emptyDir: { medium: "Memory" } },
      { name: "s", secret: { secretName: "s" } },
      { name: "d", emptyDir: {} },
    ]);
    const made = await new PodVolumes().prepare(what);
    symlinkSync(outside, join(made.get("d")!.path, "link"));
    chmodSync(made.get("d")!.path, 0);
    await mountSubPath(outside, "", `${what.podFolder}/volume-subpaths/d/main/0`);
    await removePodFolder(what.podFolder);
    assert.equal(existsSync(what.podFolder), false);
    assert.ok(existsSync(`${outside}/kept`));
  });
});
