/** `rampart image load FILE`: brings an image archive to every node that runs. */

import { createReadStream, existsSync } from "node:fs";
import { resolve } from "node:path";
import { importImage } from "../../node/containerd/import-image.ts";
import { layoutOf } from "../cluster/layout.ts";
import { containerdSocket } from "../units/nodes.ts";
import { UserError } from "../user-error.ts";
import { processRows } from "./status.ts";

export async function loadImage(file: string, options: { readonly data: string }): Promise<void> {
  const archive = resolve(file);
  if (!existsSync(archive)) throw new UserError(`There is no file ${archive}.`);
  const machines = processRows(layoutOf(resolve(options.data)).data).filter(({ name }) => /^node-\d+\/machine$/.test(name));
  if (machines.length === 0) throw new UserError("No node is running. `./rampart up` starts the cluster.");
  for (const { name, pid } of machines) {
    const images = await importImage(containerdSocket(pid), createReadStream(archive));
    process.stdout.write(`${name.split("/")[0]}: ${images.join(", ") || "nothing new"}\n`);
  }
}
