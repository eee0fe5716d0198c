/** Carries a command's session between a client's channels and the streams of whoever runs it, to its end. */

import type { Readable, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import type { ChannelStreams } from "./channel-streams.ts";
import type { SpdyCommand } from "./spdy-command.ts";

/** A Status is short. */
const STATUS_MAX_BYTES = 64 * 1024;

/** @returns the text that the command's end is told with, "" where the connection ended without one */
export async function carryCommand(client: ChannelStreams, backend: SpdyCommand): Promise<string> {
  const inward = [carry(client.stdin, backend.stdin), carry(client.resize, backend.resize)];
  const said = gather(backend.error);
  await Promise.all([carry(backend.stdout, client.stdout), carry(backend.stderr, client.stderr)]);
  const status = await said;
  // The command is over: what the client still sends has no reader.
  for (const stream of [client.stdin, client.resize]) stream?.destroy();
  for (const stream of [backend.stdin, backend.resize]) stream?.destroy();
  await Promise.all(inward);
  return status;
}

/** Ends when the source has, or when either side is gone: what becomes of the others decides about the session. */
async function carry(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (!from || !to) return;
  await pipeline(from, to).catch(() => undefined);
}

async function gather(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > STATUS_MAX_BYTES) stream.destroy();
    else chunks.push(chunk);
  });
  await finished(stream, { writable: false }).catch(() => undefined);
  return Buffer.concat(chunks).toString();
}
