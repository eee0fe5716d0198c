/** The keys that service-account tokens are signed and checked with. One signs; those that signed before still verify until they are taken out. */

import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { exportJWK, type JWK } from "jose";

export interface TokenKey {
  readonly id: string;
  readonly publicKey: KeyObject;
}

interface SigningKey extends TokenKey {
  readonly privateKey: KeyObject;
}

/** As Kubernetes names keys: the digest of the public key, so that every server that holds a key calls it the same. */
function idOf(publicKey: KeyObject): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url");
}

function checked(publicKey: KeyObject): TokenKey {
  if (publicKey.asymmetricKeyType !== "ec" || publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1")
    throw new Error("Cannot use the key for tokens: it is not of the curve P-256");
  return { id: idOf(publicKey), publicKey };
}

export class TokenKeys {
  #signing: SigningKey;
  #verifying: ReadonlyMap<string, TokenKey>;

  /**
   * @param signing PEM of the private key that signs
   * @param older PEM of public or private keys whose tokens are still good
   */
  constructor(signing: string, older: readonly string[] = []) {
    const privateKey = createPrivateKey(signing);
    this.#signing = { ...checked(createPublicKey(privateKey)), privateKey };
    const others = older.map((pem) => checked(createPublicKey(pem)));
    this.#verifying = new Map([this.#signing, ...others].map((key) => [key.id, key]));
  }

  get signing(): SigningKey {
    return this.#signing;
  }

  /** @returns the key that a token's header names; an id is looked up and never interpreted */
  find(id: string): TokenKey | undefined {
    return this.#verifying.get(id);
  }

  /** Signs with another key from now on; the one before goes on verifying. */
  rotate(signing: string): void {
    const privateKey = createPrivateKey(signing);
    this.#signing = { ...checked(createPublicKey(privateKey)), privateKey };
    this.#verifying = new Map([[this.#signing.id, this.#signing], ...this.#verifying]);
  }

  /** Takes a key out: its tokens are no good any more. Throws for the key that signs. */
  retire(id: string): void {
    if (id === this.#signing.id) throw new Error("Cannot take out the key that signs");
    this.#verifying = new Map([...this.#verifying].filter(([known]) => known !== id));
  }

  /** @returns the public keys as a JSON Web Key Set (RFC 7517) has them */
  async jwks(): Promise<{ readonly keys: readonly JWK[] }> {
    const keys = [...this.#verifying.values()].map(async ({ id, publicKey }) => ({ use: "sig", ...(await exportJWK(publicKey)), kid: id, alg: "ES256" }));
    return { keys: await Promise.all(keys) };
  }
}
