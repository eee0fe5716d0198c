/** The data keys: one per scope (a namespace's UID, or "" for cluster objects), each replaced before it has sealed too much. */

import { randomBytes, randomFillSync } from "node:crypto";
import { open, type Place, seal } from "./envelope.ts";
import { unwrapUnder, wrapUnder } from "./wrap.ts";

/** A data key as the store keeps it, beside the values that it sealed. */
export interface DataKeyRow {
  readonly id: number;
  readonly scope: string;
  readonly wrapped: Uint8Array;
  /** No more than so many values were sealed under it, whatever happened since. */
  readonly seals: number;
}

/** Where wrapped data keys lie. Writes belong to the transaction that is being made, so that no value outlives its key. */
export interface KeyTable {
  byId(id: number): DataKeyRow | undefined;
  newestOf(scope: string): DataKeyRow | undefined;
  nextId(): number;
  insert(row: DataKeyRow): void;
  setSeals(id: number, seals: number): void;
}

interface DataKey {
  readonly id: number;
  readonly plain: Uint8Array;
  /** Seals made, counted from what the table had reserved when the key was read. */
  seals: number;
  /** Seals that the table already counts. */
  reserved: number;
}

/**
 * A nonce is 96 random bits. After 2^30 of them two are the same with a probability of about 2^-37, well on the safe side of the 2^-32
 * that NIST SP 800-38D asks for (which 2^32 nonces reach).
 */
const SEALS_MAX = 2 ** 30;
/** Seals are counted in the table in steps, so that a count costs a write only now and then. A restart wastes at most one step. */
const SEALS_STEP = 2 ** 16;
/** Data keys held ready; more than that are read and unwrapped again. */
const CACHED_MAX = 4096;
const NONCE_BYTES = 12;

/** Seals and opens values with the data key of their scope. */
export class Keyring {
  readonly #table: KeyTable;
  readonly #root: Uint8Array;
  readonly #sealsMax: number;
  readonly #byScope = new Map<string, DataKey>();
  readonly #byId = new Map<number, Uint8Array>();
  readonly #nonces = Buffer.alloc(NONCE_BYTES * 256);
  #nonceAt = this.#nonces.length;

  constructor(table: KeyTable, root: Uint8Array, sealsMax = SEALS_MAX) {
    this.#table = table;
    this.#root = root;
    this.#sealsMax = sealsMax;
  }

  /** Seals one record under its scope's data key, which is made where there is none or it has done enough. */
  seal(record: Uint8Array, place: Place, uid: string, scope: string): Buffer {
    const key = this.#forSealing(scope);
    return seal(record, place, uid, key.id, key.plain, this.#nonce());
  }

  /** @returns the record. Throws SealError where the value doesn't open at this place. */
  open(sealed: Uint8Array, place: Place): Buffer {
    return open(sealed, place, this.#forOpening);
  }

  /** Forgets what is held ready: after a rollback the table may not have it. */
  forget(): void {
    this.#byScope.clear();
    this.#byId.clear();
  }

  #forSealing(scope: string): DataKey {
    let key = this.#byScope.get(scope) ?? this.#load(scope);
    if (!key || key.seals >= this.#sealsMax) key = this.#create(scope);
    if (key.seals >= key.reserved) {
      key.reserved += SEALS_STEP;
      this.#table.setSeals(key.id, key.reserved);
    }
    key.seals++;
    return key;
  }

  #load(scope: string): DataKey | undefined {
    const row = this.#table.newestOf(scope);
    const plain = row && this.#unwrap(row);
    return row && plain && this.#hold(scope, { id: row.id, plain, seals: row.seals, reserved: row.seals });
  }

  #create(scope: string): DataKey {
    const id = this.#table.nextId();
    const plain = randomBytes(32);
    this.#table.insert({ id, scope, wrapped: wrapUnder(this.#root, plain, purpose(id, scope)), seals: 0 });
    return this.#hold(scope, { id, plain, seals: 0, reserved: 0 });
  }

  #hold(scope: string, key: DataKey): DataKey {
    // A key that falls out is read again with the count that the table has reserved, so no seal goes uncounted.
    if (this.#byScope.size >= CACHED_MAX) this.#byScope.clear();
    this.#byScope.set(scope, key);
    return key;
  }

  readonly #forOpening = (id: number): Uint8Array | undefined => {
    const held = this.#byId.get(id);
    if (held) return held;
    const row = this.#table.byId(id);
    const plain = row && this.#unwrap(row);
    if (!plain) return undefined;
    if (this.#byId.size >= CACHED_MAX) this.#byId.clear();
    this.#byId.set(id, plain);
    return plain;
  };

  #unwrap(row: DataKeyRow): Buffer | undefined {
    return unwrapUnder(this.#root, row.wrapped, purpose(row.id, row.scope));
  }

  #nonce(): Uint8Array {
    if (this.#nonceAt === this.#nonces.length) {
      randomFillSync(this.#nonces);
      this.#nonceAt = 0;
    }
    const nonce = this.#nonces.subarray(this.#nonceAt, this.#nonceAt + NONCE_BYTES);
    this.#nonceAt += NONCE_BYTES;
    return nonce;
  }
}

/** What a wrapped data key is bound to: it opens only in its own row. */
function purpose(id: number, scope: string): string {
  return `data key ${id} of ${scope}`;
}
