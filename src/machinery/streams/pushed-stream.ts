/** One stream of several that share a connection: what arrives is pushed in, what is written goes out through the connection. */

import { Duplex } from "node:stream";

export interface Outlet {
  /** Sends; resolves (or is undefined) once more may be sent. */
  send(data: Buffer): Promise<void> | undefined;
  /** Tells the peer that nothing more comes. */
  end(): void;
  /** The stream was given up on this side. */
  gone(error: Error | null): void;
}

const BUFFER_BYTES = 64 * 1024;

export class PushedStream extends Duplex {
  readonly #outlet: Outlet;
  #taken: (() => void) | undefined;

  constructor(outlet: Outlet) {
    super({ highWaterMark: BUFFER_BYTES, allowHalfOpen: true, autoDestroy: true });
    this.#outlet = outlet;
    this.on("error", () => {}); // Whoever reads or writes sees it too; nobody else must.
  }

  /** @returns once the reader has made room; at once where there is no reader any more */
  deliver(data: Buffer): Promise<void> | undefined {
    if (this.destroyed || this.readableEnded || data.length === 0 || this.push(data)) return undefined;
    return new Promise((resolve) => {
      this.#taken = resolve;
    });
  }

  /** The peer sends nothing more. */
  deliverEnd(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const sent = this.#outlet.send(chunk);
    if (sent) sent.then(() => done(), done);
    else done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#outlet.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this._read(); // Whoever waits for this reader waits in vain.
    this.#outlet.gone(error);
    done(error);
  }
}
