/**
 * SPDY/3.1 header blocks. All blocks of one direction are one zlib stream with a dictionary from the protocol's text. Ours are written without compression (stored deflate
 * blocks), which every inflater reads and which can't leak by its length what it holds (CRIME, CVE-2012-4929).
 */

import { constants, createInflate, type Inflate } from "node:zlib";

export type SpdyHeaders = ReadonlyMap<string, string>;

/** The dictionary's first part: each word stands behind its length. */
const WORDS =
  "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status"
    .split(" ")
    .concat("200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin");
const TAIL =
  "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

export const DICTIONARY: Buffer = Buffer.concat([...WORDS.flatMap((word) => [uint32(word.length), Buffer.from(word)]), Buffer.from(TAIL)]);

/** zlib's head: a window of 32 KiB, a dictionary, and the dictionary's Adler-32. */
const ZLIB_HEAD = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);
/** An empty stored block: what a flush ends with, and what makes readers hand on what came before. */
const FLUSH = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);
const STORED_MAX_BYTES = 0xffff;
/** Kubernetes' streams have three short headers. */
const BLOCK_MAX_BYTES = 64 * 1024;
const COUNT_MAX = 64;

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Writes the header blocks of one connection, in order. */
export class HeaderEncoder {
  #first = true;

  encode(headers: SpdyHeaders): Buffer {
    const parts = [uint32(headers.size)];
    for (const [name, value] of headers) {
      for (const text of [Buffer.from(name.toLowerCase()), Buffer.from(value)]) parts.push(uint32(text.length), text);
    }
    const plain = Buffer.concat(parts);
    if (plain.length > STORED_MAX_BYTES) throw new RangeError(`Cannot send ${plain.length} bytes of headers: the limit is ${STORED_MAX_BYTES}`);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(plain.length, 1);
    stored.writeUInt16LE(plain.length ^ 0xffff, 3);
    const head = this.#first ? ZLIB_HEAD : Buffer.alloc(0);
    this.#first = false;
    return Buffer.concat([head, stored, plain, FLUSH]);
  }
}

/** Reads the header blocks of one connection; each must be waited for before the next is given. */
export class HeaderDecoder {
  readonly #inflate: Inflate = createInflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  #chunks: Buffer[] = [];
  #bytes = 0;
  #fail: ((error: Error) => void) | undefined;

  constructor() {
    this.#inflate.on("error", (error) => this.#fail?.(error));
    this.#inflate.on("data", (chunk: Buffer) => {
      this.#bytes += chunk.length;
      this.#chunks.push(chunk);
      if (this.#bytes > BLOCK_MAX_BYTES) this.#fail?.(new RangeError(`a header block is longer than ${BLOCK_MAX_BYTES} bytes`));
    });
  }

  /** @throws Error for what isn't a header block, or is one too large */
  async decode(block: Buffer): Promise<Map<string, string>> {
    this.#chunks = [];
    this.#bytes = 0;
    await new Promise<void>((resolve, reject) => {
      this.#fail = (error) => {
        this.#inflate.destroy(); // What follows makes no sense without this block.
        reject(error);
      };
      // The transform's callback comes when all output of the block has been handed on.
      this.#inflate.write(block, (error) => (error ? reject(error) : resolve()));
    });
    return parseHeaders(Buffer.concat(this.#chunks));
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function parseHeaders(plain: Buffer): Map<string, string> {
  let at = 0;
  const number = (): number => {
    if (at + 4 > plain.length) throw new RangeError("a header block ends early");
    at += 4;
    return plain.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    if (at + length > plain.length) throw new RangeError("a header block ends early");
    at += length;
    return plain.toString("utf8", at - length, at);
  };
  const count = number();
  if (count > COUNT_MAX) throw new RangeError(`a header block has ${count} headers`);
  const headers = new Map<string, string>();
  for (let index = 0; index < count; index++) {
    const name = text().toLowerCase();
    headers.set(name, text());
  }
  return headers;
}
