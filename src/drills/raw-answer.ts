/** Reads an HTTP/1.1 answer from bytes: as much of it as there is. */

export interface RawAnswer {
  /** 0 where there was none. */
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Whether the end of the answer was seen. */
  readonly whole: boolean;
}

export function readAnswer(bytes: Buffer): RawAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [line = "", ...rest] = (end < 0 ? "" : bytes.toString("latin1", 0, end)).split("\r\n");
  const code = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0);
  const headers: Record<string, string> = Object.create(null);
  for (const one of rest) {
    const colon = one.indexOf(":");
    if (colon > 0) headers[one.slice(0, colon).toLowerCase()] = one.slice(colon + 1).trim();
  }
  const body = bytes.subarray(end < 0 ? bytes.length : end + 4);
  if (headers["transfer-encoding"] === "chunked") return { code, headers, ...unchunked(body) };
  return { code, headers, text: body.toString(), whole: code !== 0 && body.length >= Number(headers["content-length"] ?? 0) };
}

function unchunked(body: Buffer): { text: string; whole: boolean } {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf("\r\n", at);
    if (end < 0) return { text: Buffer.concat(parts).toString(), whole: false };
    const size = Number.parseInt(body.toString("latin1", at, end), 16);
    if (!(size > 0)) return { text: Buffer.concat(parts).toString(), whole: size === 0 };
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}
