/** A remote command's streams over the channels of a WebSocket. */

import { ChannelDecoder, type ChannelProtocol, encodeEnd, encodeMessage } from "./channel-protocol.ts";
import { CHANNELS, type ChannelName, type CommandAsked } from "./command-streams.ts";
import { PushedStream } from "./pushed-stream.ts";
import type { WebSocketConnection } from "./websocket.ts";

export type ChannelStreams = Partial<Record<ChannelName, PushedStream>> & { readonly error: PushedStream };

/**
 * Begins to read the WebSocket. When it ends, so do the streams.
 * @param asked the streams that the command was asked for with: what comes for another is dropped, as Kubernetes drops it
 */
export function channelStreams(connection: WebSocketConnection, protocol: ChannelProtocol, asked: CommandAsked): ChannelStreams {
  const open = (channel: number): PushedStream =>
    new PushedStream({
      send: (data) => connection.send(encodeMessage(protocol, channel, data), protocol.base64),
      end() {
        if (protocol.canClose && channel === 0) connection.send(encodeEnd(channel));
      },
      gone() {},
    });
  const wanted: Record<ChannelName, boolean> = { stdin: asked.stdin, stdout: asked.stdout, stderr: asked.stderr && !asked.tty, error: true, resize: asked.tty };
  const streams: ChannelStreams = Object.assign(
    { error: open(CHANNELS.indexOf("error")) },
    Object.fromEntries(CHANNELS.flatMap((name, channel) => (name !== "error" && wanted[name] ? [[name, open(channel)]] : []))),
  );
  const decoder = new ChannelDecoder(protocol);
  const reading = connection.read((piece) => {
    const event = decoder.push(piece);
    const name = event && CHANNELS[event.channel];
    const stream = name && streams[name];
    if (!stream) return undefined;
    if ("end" in event) return void stream.deliverEnd();
    return stream.deliver(event.data);
  });
  void reading.then(() => {
    for (const name of CHANNELS) streams[name]?.deliverEnd();
  });
  return streams;
}
