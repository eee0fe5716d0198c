/** Key pairs: ECDSA over P-256, the one algorithm that Rampart makes keys with. */

import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** PKCS#8 PEM. */
  readonly pem: string;
}

/** Makes a key pair. */
export function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicKey, pem: String(privateKey.export({ type: "pkcs8", format: "pem" })) };
}

/** @param pem PKCS#8, SEC 1 or PKCS#1 PEM. @returns the private key; throws when it isn't one */
export function privateKeyOf(pem: string): KeyObject {
  return createPrivateKey(pem);
}
