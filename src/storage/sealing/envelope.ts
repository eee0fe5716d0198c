/**
 * The sealed form of a value, AES-256-GCM (NIST SP 800-38D):
 *
 *     format (1 byte) | data key's id (4) | nonce (12) | length of the UID (1) | UID | ciphertext | tag (16)
 *
 * The header up to the ciphertext and the **place** (key path, revisions) are additional data: the bytes open only where they were put,
 * so that whoever can write to the disk can't swap one object's value for another's, nor for an older one of the same object.
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { SealError } from "../store.ts";

/** Where a value stands. A backend that can't know the revisions when it seals leaves them 0. */
export interface Place {
  readonly key: string;
  readonly created: number;
  readonly modified: number;
}

const FORMAT = 1;
const NONCE_AT = 5;
const NONCE_BYTES = 12;
const UID_AT = NONCE_AT + NONCE_BYTES + 1;
const TAG_BYTES = 16;
const ALGORITHM = "aes-256-gcm";
const OPTIONS = { authTagLength: TAG_BYTES } as const;

/**
 * Seals one record.
 * @param nonce 12 random bytes, never used before under this key
 * @throws RangeError for a UID of more than 255 bytes
 */
export function seal(record: Uint8Array, place: Place, uid: string, keyId: number, key: Uint8Array, nonce: Uint8Array): Buffer {
  const uidBytes = Buffer.byteLength(uid);
  if (uidBytes > 255) throw new RangeError(`Cannot seal ${place.key}: its UID has ${uidBytes} bytes, at most 255 are allowed`);
  const start = UID_AT + uidBytes;
  const sealed = Buffer.allocUnsafe(start + record.length + TAG_BYTES);
  sealed[0] = FORMAT;
  sealed.writeUInt32BE(keyId, 1);
  sealed.set(nonce, NONCE_AT);
  sealed[UID_AT - 1] = uidBytes;
  sealed.write(uid, UID_AT);
  const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS);
  cipher.setAAD(additionalData(sealed.subarray(0, start), place));
  sealed.set(cipher.update(record), start);
  cipher.final();
  sealed.set(cipher.getAuthTag(), start + record.length);
  return sealed;
}

/**
 * Opens what `seal` made, in memory of its own.
 * @param keyOf the data key with an id, or undefined where there is none
 * @throws SealError where a byte was changed, the value stands elsewhere than it was put, or its key is gone
 */
export function open(sealed: Uint8Array, place: Place, keyOf: (id: number) => Uint8Array | undefined): Buffer {
  const uidBytes = sealed[UID_AT - 1] ?? 0;
  const start = UID_AT + uidBytes;
  const end = sealed.length - TAG_BYTES;
  if (sealed[0] !== FORMAT || end < start) throw new SealError(place.key, "it isn't in a form that this version knows");
  const id = new DataView(sealed.buffer, sealed.byteOffset).getUint32(1);
  const key = keyOf(id);
  if (!key) throw new SealError(place.key, `its data key ${id} is unknown`);
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(NONCE_AT, NONCE_AT + NONCE_BYTES), OPTIONS);
  decipher.setAAD(additionalData(sealed.subarray(0, start), place));
  decipher.setAuthTag(sealed.subarray(end));
  const record = decipher.update(sealed.subarray(start, end));
  try {
    decipher.final();
  } catch {
    throw new SealError(place.key, "it was changed, or put here from another place");
  }
  return record;
}

/** The header, both revisions, and the key's path last: each part's length is fixed or said in the header, so no two places look alike. */
function additionalData(header: Uint8Array, { key, created, modified }: Place): Buffer {
  const data = Buffer.allocUnsafe(header.length + 16 + Buffer.byteLength(key));
  data.set(header);
  data.writeDoubleBE(created, header.length);
  data.writeDoubleBE(modified, header.length + 8);
  data.write(key, header.length + 16);
  return data;
}
