/** The DNS server: questions over UDP and TCP, answers from the cluster alone. Names of the world outside are refused. */

import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { AUTHORITATIVE_ANSWER, decode, encode, type Packet, TRUNCATED_RESPONSE } from "dns-packet";
import type { Answer, Reply } from "./records.ts";

/** Kubernetes' DNS servers let answers live this long. */
const TTL_SECONDS = 5;
/** Without EDNS a UDP answer holds this much (RFC 1035, 2.3.4). */
const UDP_MAX_BYTES = 512;
const UDP_MAX_EDNS_BYTES = 1232;
const TCP_IDLE_MS = 10_000;
const TCP_CONNECTIONS_MAX = 256;
const [FORMAT_ERROR, NAME_ERROR, REFUSED] = [1, 3, 5];

export interface DnsServerOptions {
  readonly address: string;
  readonly port: number;
  readonly domain: string;
  resolve(name: string, type: string): Reply | undefined;
}

export interface DnsServer {
  close(): void;
}

/** @returns once both sockets listen */
export async function startDnsServer(options: DnsServerOptions): Promise<DnsServer> {
  const udp = createSocket({ type: "udp4", recvBufferSize: 1024 * 1024 });
  udp.on("message", (message, from) => {
    const answer = answerTo(message, options, true);
    if (answer) udp.send(answer, from.port, from.address);
  });
  udp.on("error", () => undefined); // A client's refused port is no affair of the server.
  const tcp = createServer((socket) => converse(socket, options));
  tcp.maxConnections = TCP_CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    udp.once("error", reject);
    udp.bind(options.port, options.address, resolve);
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once("error", reject);
    tcp.listen(options.port, options.address, resolve);
  });
  return {
    close() {
      udp.close();
      tcp.close();
    },
  };
}

/** Messages over TCP come with their length in front (RFC 1035, 4.2.2). */
function converse(socket: Socket, options: DnsServerOptions): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const answer = answerTo(pending.subarray(2, end), options, false);
      pending = pending.subarray(end);
      if (!answer) return void socket.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
    }
  });
}

/** @returns the answer's bytes; undefined for what isn't a question */
export function answerTo(message: Buffer, { domain, resolve }: Pick<DnsServerOptions, "domain" | "resolve">, datagram: boolean): Buffer | undefined {
  let query: Packet;
  try {
    query = decode(message);
  } catch {
    return undefined;
  }
  if (query.type !== "query") return undefined;
  const recursionDesired = (query.flags ?? 0) & 0x100;
  const [question] = query.questions ?? [];
  const edns = query.additionals?.find((record) => record.type === "OPT");
  const reply = (code: number, rest: Partial<Packet> = {}): Packet => ({
    type: "response",
    id: query.id ?? 0,
    flags: recursionDesired | AUTHORITATIVE_ANSWER | code,
    ...(query.questions && { questions: query.questions }),
    ...rest,
  });
  if (!question || query.questions?.length !== 1) return encode(reply(FORMAT_ERROR));
  const found = resolve(question.name.toLowerCase().replace(/\.$/, ""), question.type);
  if (!found) return encode(reply(REFUSED));
  const soa = {
    type: "SOA" as const,
    name: domain,
    ttl: TTL_SECONDS,
    data: { mname: `ns.dns.${domain}`, rname: `hostmaster.${domain}`, serial: 1, refresh: 7200, retry: 1800, expire: 86_400, minimum: TTL_SECONDS },
  };
  const opt = edns
    ? [{ type: "OPT" as const, name: ".", udpPayloadSize: UDP_MAX_EDNS_BYTES, extendedRcode: 0, ednsVersion: 0, flags: 0, flag_do: false, options: [] }]
    : [];
  const packet = reply(found.exists ? 0 : NAME_ERROR, {
    answers: shuffled(found.answers).map((answer) => record(answer, question.name)),
    ...(found.answers.length === 0 && { authorities: [soa] }),
    additionals: [...found.additional.map((answer) => record(answer)), ...opt],
  });
  const bytes = encode(packet);
  const limit = edns && "udpPayloadSize" in edns ? Math.min(Math.max(edns.udpPayloadSize, UDP_MAX_BYTES), UDP_MAX_EDNS_BYTES) : UDP_MAX_BYTES;
  if (!datagram || bytes.length <= limit) return bytes;
  return encode({ ...packet, flags: (packet.flags ?? 0) | TRUNCATED_RESPONSE, answers: [], additionals: opt });
}

/** The question's own spelling comes back: clients that vary the case of letters check it. */
function record(answer: Answer, asked?: string) {
  return { ...answer, name: asked ?? answer.name, ttl: TTL_SECONDS };
}

/** Clients take the first: a turn for everyone. */
function shuffled<T>(list: readonly T[]): T[] {
  const start = Math.floor(Math.random() * list.length);
  return [...list.slice(start), ...list.slice(0, start)];
}
