/** PEM text, as certificates, requests and keys travel (RFC 7468). */

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,64})-----\r?\n([A-Za-z0-9+/=\r\n]*)-----END \1-----/g;

export interface PemBlock {
  /** `CERTIFICATE`, `CERTIFICATE REQUEST`, `PRIVATE KEY` … */
  readonly label: string;
  readonly der: Buffer;
}

/** @returns one block of PEM text, lines of 64 characters, with a final newline */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString("base64");
  return `-----BEGIN ${label}-----\n${base64.replace(/(.{64})(?=.)/g, "$1\n")}\n-----END ${label}-----\n`;
}

/** @returns every block of the text in its order; what stands between blocks is passed over */
export function fromPem(text: string): PemBlock[] {
  return [...text.matchAll(BLOCK)].map(([, label, body]) => ({ label: label!, der: Buffer.from(body!, "base64") }));
}

/** @returns the DER of each certificate of a bundle. Throws when there is none. */
export function certificatesOf(text: string): Buffer[] {
  const found = fromPem(text).filter((block) => block.label === "CERTIFICATE");
  if (found.length === 0) throw new Error("Cannot read certificates: the text holds no block CERTIFICATE");
  return found.map((block) => block.der);
}
