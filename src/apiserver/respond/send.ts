/** Sends bodies, compressed where the client asks for it and the body is large (k8s.io/apiserver, pkg/endpoints/handlers/responsewriters/writers.go). */

import { constants, createGzip, gzip } from "node:zlib";
import type { Call } from "../call.ts";

/** Below this a body costs more to compress than to send. */
const COMPRESS_BYTES = 128 * 1024;
const LEVEL = constants.Z_BEST_SPEED;

const EMPTY = new Uint8Array();

type MutableHeaders = Record<string, string | readonly string[]>;

/** @param compressAbove the bytes above which it is worth it */
export function sendBody(call: Call, code: number, headers: MutableHeaders, body: Uint8Array, compressAbove = COMPRESS_BYTES): void {
  if (body.length <= compressAbove || !takesGzip(call)) {
    call.exchange.answer(code, headers, body);
    return;
  }
  gzip(body, { level: LEVEL }, (error, packed) => {
    if (error) call.exchange.answer(code, headers, body);
    else call.exchange.answer(code, compressed(headers), packed);
  });
}

/** Sends what `next` gives until it gives undefined; what comes in one or two chunks goes out at once. */
export function sendChunks(call: Call, code: number, headers: MutableHeaders, next: () => Uint8Array | undefined): void {
  const first = next() ?? EMPTY;
  const second = next();
  if (!second) {
    sendBody(call, code, headers, first);
    return;
  }
  const third = next();
  const ahead = third ? [first, second, third] : [first, second];
  const packs = takesGzip(call) && (third !== undefined || first.length + second.length > COMPRESS_BYTES);
  if (!third && !packs) {
    call.exchange.answer(code, headers, ahead);
    return;
  }
  const rest = (): Uint8Array | undefined => ahead.shift() ?? next();
  if (packs) call.exchange.answerFrom(code, compressed(headers), gzipped(rest));
  else call.exchange.answerFrom(code, headers, rest);
}

export function takesGzip(call: Call): boolean {
  const accepted = call.exchange.headers["accept-encoding"];
  return typeof accepted === "string" && accepted.split(",").some((one) => one.trim() === "gzip");
}

/** @returns the headers of an answer that is packed */
export function compressed(headers: MutableHeaders): MutableHeaders {
  headers["content-encoding"] = "gzip";
  headers.vary = "Accept-Encoding";
  return headers;
}

/** @returns a source of the same bytes as one gzip member, made a chunk at a time as they are asked for */
function gzipped(next: () => Uint8Array | undefined): () => Promise<Uint8Array | undefined> {
  const packer = createGzip({ level: LEVEL });
  let packed: Buffer[] = [];
  let ended = false;
  packer.on("data", (part: Buffer) => packed.push(part));
  return async () => {
    while (packed.length === 0 && !ended) {
      const chunk = next();
      if (chunk) await new Promise<void>((resolve, reject) => packer.write(chunk, (error) => (error ? reject(error) : resolve())));
      else {
        ended = true;
        await new Promise<void>((resolve, reject) => packer.on("end", resolve).on("error", reject).end());
      }
    }
    const parts = packed;
    packed = [];
    return parts.length === 0 ? undefined : Buffer.concat(parts);
  };
}
