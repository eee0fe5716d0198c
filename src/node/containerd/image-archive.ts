/** Makes an image archive (the form of `docker save`) of one layer, which any runtime can import. */

import { createHash } from "node:crypto";
import { tar } from "./tar.ts";

export interface ImageSpec {
  /** `registry/name:tag` */
  readonly name: string;
  /** The uncompressed layer, a tar archive. */
  readonly layer: Buffer;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env?: readonly string[];
  /** `uid`, `uid:gid` or a name. */
  readonly user?: string;
  readonly workingDir?: string;
}

/** GOARCH's names, as images use them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @returns the image's configuration, whose digest is the image's id. @param architecture as Node names it */
export function imageConfig(image: Omit<ImageSpec, "name">, architecture: string = process.arch): Buffer {
  return Buffer.from(
    JSON.stringify({
      architecture: ARCHITECTURES[architecture] ?? architecture,
      os: "linux",
      config: {
        ...(image.entrypoint && { Entrypoint: image.entrypoint }),
        ...(image.command && { Cmd: image.command }),
        ...(image.env && { Env: image.env }),
        ...(image.user && { User: image.user }),
        ...(image.workingDir && { WorkingDir: image.workingDir }),
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${sha256(image.layer)}`] },
    }),
  );
}

/** @param architecture as Node names it */
export function imageArchive(image: ImageSpec, architecture: string = process.arch): Buffer {
  const config = imageConfig(image, architecture);
  const configName = `${sha256(config)}.json`;
  const manifest = Buffer.from(JSON.stringify([{ Config: configName, RepoTags: [image.name], Layers: ["layer.tar"] }]));
  return tar([
    { path: configName, mode: 0o644, content: config },
    { path: "layer.tar", mode: 0o644, content: image.layer },
    { path: "manifest.json", mode: 0o644, content: manifest },
  ]);
}
