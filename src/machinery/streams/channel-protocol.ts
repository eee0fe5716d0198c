/** The `channel.k8s.io` subprotocols: each WebSocket message begins with the number of its channel (KEP-4006; k8s.io/streaming, pkg/httpstream/wsstream). */

import type { DataPiece } from "./websocket-frames.ts";

export interface ChannelProtocol {
  readonly name: string;
  /** Messages are text: a digit, then base64. */
  readonly base64: boolean;
  /** The message `255, N` ends channel N. */
  readonly canClose: boolean;
  /** The error channel carries a Status, not plain words. */
  readonly status: boolean;
}

/** Of remote commands; a client without a subprotocol gets the first form of all. */
export const COMMAND_PROTOCOLS: readonly ChannelProtocol[] = [
  { name: "v5.channel.k8s.io", base64: false, canClose: true, status: true },
  { name: "v4.channel.k8s.io", base64: false, canClose: false, status: true },
  { name: "v4.base64.channel.k8s.io", base64: true, canClose: false, status: true },
  { name: "channel.k8s.io", base64: false, canClose: false, status: false },
  { name: "base64.channel.k8s.io", base64: true, canClose: false, status: false },
  { name: "", base64: false, canClose: false, status: false },
];

/** @returns the first offered protocol that is served; the nameless one where none is offered */
export function chooseProtocol(offered: readonly string[]): ChannelProtocol | undefined {
  const names = offered.length > 0 ? offered : [""];
  for (const name of names) {
    const found = COMMAND_PROTOCOLS.find((one) => one.name === name);
    if (found) return found;
  }
  return undefined;
}

const CLOSE_SIGNAL = 255;
const ZERO = 48;

/** What a message's piece says: bytes for a channel, or its end. */
export type ChannelEvent = { readonly channel: number; readonly data: Buffer } | { readonly channel: number; readonly end: true };

export function encodeMessage(protocol: ChannelProtocol, channel: number, data: Uint8Array): Buffer {
  if (protocol.base64) return Buffer.from(`${channel}${Buffer.from(data.buffer, data.byteOffset, data.length).toString("base64")}`);
  const message = Buffer.allocUnsafe(1 + data.length);
  message[0] = channel;
  message.set(data, 1);
  return message;
}

export function encodeEnd(channel: number): Buffer {
  return Buffer.from([CLOSE_SIGNAL, channel]);
}

/** Reads messages piece by piece: the channel comes with the first byte, base64 in whole groups of four. */
export class ChannelDecoder {
  readonly #protocol: ChannelProtocol;
  #channel = -1;
  #carry = "";

  constructor(protocol: ChannelProtocol) {
    this.#protocol = protocol;
  }

  /** @returns undefined where the piece says nothing yet */
  push({ start, end, data }: DataPiece): ChannelEvent | undefined {
    let rest = data;
    if (start) {
      this.#channel = -1;
      this.#carry = "";
    }
    if (this.#channel === -1) {
      if (rest.length === 0) return undefined;
      this.#channel = rest[0]! - (this.#protocol.base64 ? ZERO : 0);
      rest = rest.subarray(1);
    }
    const channel = this.#channel;
    if (this.#protocol.canClose && channel === CLOSE_SIGNAL) return rest.length > 0 ? { channel: rest[0]!, end: true } : undefined;
    if (!this.#protocol.base64) return { channel, data: rest };
    const text = this.#carry + rest.toString("latin1");
    const whole = end ? text.length : text.length - (text.length % 4);
    this.#carry = text.slice(whole);
    return { channel, data: Buffer.from(text.slice(0, whole), "base64") };
  }
}
