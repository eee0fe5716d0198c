/** Gathers what a client asks during one turn of the event loop into one message, with the bytes of all puts in one buffer. */

import { recordLength, writeRecord } from "../sealing/record.ts";
import type { Change, Put } from "../store.ts";
import type { Batch, Request, WireChange } from "./protocol.ts";

export class Outbox {
  readonly #send: (batch: Batch, transfer: ArrayBuffer[]) => void;
  #requests: Request[] = [];
  #puts: Put[] = [];
  #bytes = 0;

  constructor(send: (batch: Batch, transfer: ArrayBuffer[]) => void) {
    this.#send = send;
  }

  /** Sends the request when this turn is over, with those before and after it. */
  add(request: Request): void {
    if (this.#requests.push(request) === 1) setImmediate(() => this.flush());
  }

  /**
   * @param others whether other threads have watches
   * @returns the changes as a `txn` request has them; their bytes go with the same message, in the order of these calls
   */
  wire(changes: readonly Change[], now: number, others: boolean): WireChange[] {
    return changes.map((change) => {
      if ("delete" in change)
        return { key: change.delete, length: -1, uid: "", scope: "", expires: 0, ...(others && change.ending && { ending: change.ending }) };
      const length = recordLength(change.value, change.side);
      this.#bytes += length;
      this.#puts.push(change);
      const expires = change.ttlSeconds === undefined ? 0 : Math.ceil(now + change.ttlSeconds * 1000);
      return { key: change.put, length, uid: change.uid, scope: change.scope, expires };
    });
  }

  /** Sends what has gathered, now. */
  flush(): void {
    if (this.#requests.length === 0) return;
    const requests = this.#requests;
    this.#requests = [];
    const bytes = this.#gather();
    this.#send({ requests, bytes }, bytes ? [bytes] : []);
  }

  /** @returns the records of all puts, one behind the other, in a buffer that may change hands: not from Node's pool */
  #gather(): ArrayBuffer | undefined {
    if (this.#bytes === 0) return undefined;
    const bytes = Buffer.allocUnsafeSlow(this.#bytes);
    let at = 0;
    for (const { value, side } of this.#puts) {
      writeRecord(bytes, at, value, side);
      at += recordLength(value, side);
    }
    this.#puts = [];
    this.#bytes = 0;
    return bytes.buffer;
  }
}
