/** Who holds the key above all others, and the root key that it wraps. */

import { randomBytes } from "node:crypto";

/**
 * Wraps the store's root key: a local key file, or a key management service that never lets its key out (KMS v2). It is asked
 * once when the store opens; everything below the root key needs no further call, so that the writer never waits for a network.
 */
export interface KeyWrapper {
  /** Says in messages and in the store who wrapped: "local-key", "kms NAME". */
  readonly name: string;
  wrap(plain: Uint8Array): Promise<Uint8Array>;
  /** Throws where the bytes weren't wrapped by this key. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** @returns the root key as data, and as the store keeps it: unwrapped where the store has one, else made now */
export async function rootKey(wrapper: KeyWrapper, wrapped: Uint8Array | undefined): Promise<{ plain: Uint8Array; wrapped: Uint8Array }> {
  if (wrapped) return { plain: await wrapper.unwrap(wrapped), wrapped };
  const plain = randomBytes(32);
  return { plain, wrapped: await wrapper.wrap(plain) };
}
