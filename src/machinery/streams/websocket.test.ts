import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { WebSocketConnection } from "./websocket.ts";
import { handshakeFault, offeredProtocols, openingAnswer } from "./websocket-handshake.ts";

/** A server that hands each WebSocket to the test. */
async function serve(t: TestContext, take: (connection: WebSocketConnection) => void): Promise<string> {
  const server = createServer();
  server.on("upgrade", (request, socket, head) => {
    assert.equal(handshakeFault(request.method ?? "", request.headers), undefined);
    socket.write(openingAnswer(request.headers, offeredProtocols(request.headers)[0] ?? ""));
    take(new WebSocketConnection({ socket, head }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("the npm package's client understands it: subprotocol, messages either way, pings, and the close", async (t) => {
  const url = await serve(t, (connection) => {
    void connection.read((piece) => void (piece.end && connection.send(piece.data, piece.text)));
    connection.ping();
  });
  const client = new WebSocket(url, ["one", "two"]);
  const pinged = once(client, "ping");
  await once(client, "open");
  assert.equal(client.protocol, "one");
  await pinged;
  client.ping();
  await once(client, "pong");
  for (const message of ["hello", "é".repeat(20_000)]) {
    client.send(message);
    const [data, isBinary] = await once(client, "message");
    assert.deepEqual([String(data), isBinary], [message, false]);
  }
  client.close(1000, "done");
  const [code] = await once(client, "close");
  assert.equal(code, 1000);
});

test("a slow client holds the sender back", async (t) => {
  let sent = 0;
  const total = 64 << 20;
  const url = await serve(t, (connection) => {
    const chunk = Buffer.alloc(64 * 1024);
    void connection.read(() => {});
    void (async () => {
      for (; sent < total; sent += chunk.length) await connection.send(chunk);
      connection.close();
    })();
  });
  const client = new WebSocket(url);
  await once(client, "open");
  client.pause();
  let last = -1;
  while (last !== sent || sent === 0) {
    last = sent;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.ok(sent < total / 2, `sent ${sent} bytes to a client that reads none`);
  let received = 0;
  client.on("message", (data: Buffer) => {
    received += data.length;
  });
  client.resume();
  const [code] = await once(client, "close");
  assert.deepEqual([received, code], [total, 1000]);
});

test("what isn't a WebSocket is closed with the reason", async (t) => {
  let closed: Promise<void> | undefined;
  const url = await serve(t, (connection) => {
    closed = connection.closed;
    void connection.read(() => {});
  });
  const client = new WebSocket(url);
  await once(client, "open");
  // The client's own socket, past its framing: an unmasked frame.
  const { _socket: socket } = client as unknown as { _socket: NodeJS.WritableStream }; // No public way leads there.
  socket.write(Buffer.from([0x82, 0x00]));
  const [code] = await once(client, "close");
  assert.equal(code, 1002);
  await closed;
});

test("a handshake is refused for what is wrong with it", () => {
  const good = { "sec-websocket-version": "13", "sec-websocket-key": Buffer.alloc(16).toString("base64") };
  assert.equal(handshakeFault("GET", good), undefined);
  assert.match(handshakeFault("POST", good) ?? "", /GET/);
  assert.match(handshakeFault("GET", { ...good, "sec-websocket-version": "8" }) ?? "", /version/);
  assert.match(handshakeFault("GET", { ...good, "sec-websocket-key": "short" }) ?? "", /Key/);
});
