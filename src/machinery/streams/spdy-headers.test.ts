import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, createDeflate, createInflate } from "node:zlib";
import { DICTIONARY, HeaderDecoder, HeaderEncoder } from "./spdy-headers.ts";

function plain(headers: Record<string, string>): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const text = (value: string): Buffer[] => [number(value.length), Buffer.from(value)];
  return Buffer.concat([number(Object.keys(headers).length), ...Object.entries(headers).flatMap(([name, value]) => [...text(name), ...text(value)])]);
}

/** One block after the other through one zlib stream, as SPDY has them. */
async function through(stream: ReturnType<typeof createDeflate> | ReturnType<typeof createInflate>, block: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const take = (chunk: Buffer): void => void chunks.push(chunk);
  stream.on("data", take);
  await new Promise<void>((resolve, reject) => stream.write(block, (error) => (error ? reject(error) : resolve())));
  stream.off("data", take);
  return Buffer.concat(chunks);
}

test("the dictionary is the one of SPDY/3", () => {
  assert.equal(DICTIONARY.length, 1423);
});

test("blocks that zlib compressed are read, one after the other", async () => {
  const deflate = createDeflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  const decoder = new HeaderDecoder();
  const all: Record<string, string>[] = [{ streamtype: "error", port: "80", requestid: "0" }, { streamtype: "data", port: "80" }, {}, { method: "GET" }];
  for (const headers of all) {
    assert.deepEqual(Object.fromEntries(await decoder.decode(await through(deflate, plain(headers)))), headers);
  }
  decoder.close();
  deflate.close();
});

test("blocks that the encoder wrote are inflated by zlib, and by the decoder", async () => {
  const inflate = createInflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  const [encoder, decoder] = [new HeaderEncoder(), new HeaderDecoder()];
  const all: Record<string, string>[] = [{ streamtype: "stdin" }, {}, { streamtype: "stdout", port: "8080" }];
  for (const headers of all) {
    const block = encoder.encode(new Map(Object.entries(headers)));
    assert.deepEqual(await through(inflate, block), plain(headers));
    assert.deepEqual(Object.fromEntries(await decoder.decode(block)), headers);
  }
  decoder.close();
  inflate.close();
});

test("a block that grows beyond its limit, ends early or is no zlib is refused", async () => {
  const bomb = await through(createDeflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH }), Buffer.alloc(1 << 20));
  assert.ok(bomb.length < 4096);
  await assert.rejects(new HeaderDecoder().decode(bomb), /longer than/);
  await assert.rejects(new HeaderDecoder().decode(Buffer.from("nothing like it")), /header/);
  const short = new HeaderEncoder().encode(new Map());
  await assert.rejects(new HeaderDecoder().decode(short.subarray(0, 9)), /early/);
});
