/** Key pairs: ECDSA over P-256 for whatever Rampart makes for itself; for pods the kinds that Kubernetes' API names. */

import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** PKCS#8 PEM. */
  readonly pem: string;
}

const MAKERS = new Map<string, () => { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>([
  ["RSA3072", () => generateKeyPairSync("rsa", { modulusLength: 3072 })],
  ["RSA4096", () => generateKeyPairSync("rsa", { modulusLength: 4096 })],
  ["ECDSAP256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
  ["ECDSAP384", () => generateKeyPairSync("ec", { namedCurve: "P-384" })],
  ["ECDSAP521", () => generateKeyPairSync("ec", { namedCurve: "P-521" })],
  ["ED25519", () => generateKeyPairSync("ed25519")],
]);

/** Makes a key pair. @param type as in a pod's `podCertificate.keyType` */
export function newKeyPair(type = "ECDSAP256"): KeyPair {
  const maker = MAKERS.get(type);
  if (!maker) throw new Error(`unknown key type ${JSON.stringify(type)}`);
  const { privateKey, publicKey } = maker();
  return { privateKey, publicKey, pem: String(privateKey.export({ type: "pkcs8", format: "pem" })) };
}

/** @param pem PKCS#8, SEC 1 or PKCS#1 PEM. @returns the private key; throws when it isn't one */
export function privateKeyOf(pem: string): KeyObject {
  return createPrivateKey(pem);
}
