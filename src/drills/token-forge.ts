/** Takes tokens apart and makes false ones (RFC 7519, 7515). */

import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

type Part = Readonly<Record<string, unknown>>;

export interface TakenApart {
  readonly header: Part;
  readonly claims: Part;
}

export function takeApart(token: string): TakenApart {
  const [header = "", claims = ""] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
  return { header: JSON.parse(header), claims: JSON.parse(claims) };
}

function unsigned({ header, claims }: TakenApart): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
}

export function withoutSignature(parts: TakenApart, algorithm: string): string {
  return `${unsigned({ ...parts, header: { ...parts.header, alg: algorithm } })}.`;
}

/** Signs with HMAC under whatever bytes: a server that takes the algorithm from the token would check with its public key's. */
export function withHmac(parts: TakenApart, secret: string): string {
  const input = unsigned({ ...parts, header: { ...parts.header, alg: "HS256" } });
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

/** Signs as ES256 or RS256, as the key is. */
export function signed(parts: TakenApart, key: KeyObject | string): string {
  const privateKey = typeof key === "string" ? createPrivateKey(key) : key;
  const isRsa = privateKey.asymmetricKeyType === "rsa";
  const input = unsigned({ ...parts, header: { ...parts.header, alg: isRsa ? "RS256" : "ES256" } });
  return `${input}.${sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

/** @returns a key of the kind that the token was signed with, and of nobody */
export function ownKey({ header }: TakenApart): KeyObject {
  if (header.alg === "RS256") return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** Changes what the token says and keeps its signature. */
export function altered(token: string, change: Part): string {
  const { header, claims } = takeApart(token);
  return `${unsigned({ header, claims: { ...claims, ...change } })}.${token.split(".")[2]}`;
}
