/** An image registry on the loopback of a machine of its own: Debian's docker-registry, with or without a login. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { imageConfig } from "../../src/node/containerd/image-archive.ts";

const READY_MS = 10_000;

/** Who may log in where a login is asked for; a registry takes passwords hashed by bcrypt only. */
export const LOGIN = { username: "ann", password: "open sesame" } as const;
const HTPASSWD = "ann:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW\n";

export interface RegistryOptions {
  /** Where its images lie; several may share it. */
  readonly storage: string;
  readonly port: number;
  readonly login: boolean;
  /** Folder of a containerd's registries: it learns there that this one speaks plain HTTP. */
  readonly registries: string;
}

export interface Registry {
  /** `127.0.0.1:5000`, how image names begin. */
  readonly host: string;
  stop(): Promise<void>;
}

export async function startRegistry({ storage, port, login, registries }: RegistryOptions): Promise<Registry> {
  const host = `127.0.0.1:${port}`;
  mkdirSync(join(registries, host), { recursive: true });
  writeFileSync(join(registries, host, "hosts.toml"), `server = "http://${host}"\n[host."http://${host}"]\n  capabilities = ["pull", "resolve"]\n`);
  const [file, passwords] = [`${storage}-${port}.json`, `${storage}-${port}.htpasswd`];
  writeFileSync(passwords, HTPASSWD);
  const config = {
    version: "0.1",
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage } },
    http: { addr: host },
    ...(login && { auth: { htpasswd: { realm: "test", path: passwords } } }),
  };
  writeFileSync(file, JSON.stringify(config)); // YAML, too.
  const child = spawn("docker-registry", ["serve", file], { stdio: ["ignore", "ignore", process.env.VERBOSE ? "inherit" : "ignore"] });
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  await Promise.race([failed, answers(child, host, login ? 401 : 200)]);
  return {
    host,
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await gone;
    },
  };
}

async function answers(child: ChildProcess, host: string, expected: number): Promise<void> {
  for (const end = Date.now() + READY_MS; ; await sleep(50)) {
    assert.equal(child.exitCode, null, "the registry ended; run with VERBOSE=1 to see why");
    const code = await fetch(`http://${host}/v2/`).then(
      ({ status }) => status,
      () => 0,
    );
    if (code === expected) return;
    assert.ok(Date.now() < end, `the registry didn't answer within ${READY_MS} ms: ${code}`);
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Puts an image of one layer into a registry that asks for no login. @param name `app:1` @returns its digest */
export async function push({ host }: Registry, name: string, layer: Buffer): Promise<string> {
  const [repository, tag] = name.split(":");
  const base = `http://${host}/v2/${repository}`;
  async function blob(bytes: Buffer): Promise<{ digest: string; size: number }> {
    const digest = digestOf(bytes);
    const place = (await sent("POST", `${base}/blobs/uploads/`, 202)).headers.get("location");
    const url = new URL(place ?? assert.fail("no place to upload to"), base);
    url.searchParams.set("digest", digest);
    await sent("PUT", url.href, 201, bytes, "application/octet-stream");
    return { digest, size: bytes.length };
  }
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...(await blob(imageConfig({ layer, env: ["PATH=/bin"] }))) },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...(await blob(gzipSync(layer))) }],
    }),
  );
  await sent("PUT", `${base}/manifests/${tag}`, 201, manifest, "application/vnd.oci.image.manifest.v1+json");
  return digestOf(manifest);
}

async function sent(method: string, url: string, expected: number, body?: Buffer, type?: string): Promise<Response> {
  const answer = await fetch(url, { method, ...(body && { body: Uint8Array.from(body), headers: { "content-type": type ?? "" } }) });
  assert.equal(answer.status, expected, `${method} ${url}: ${await answer.text()}`);
  return answer;
}
