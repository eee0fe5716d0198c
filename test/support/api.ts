/** The API without sockets: the real steps and verbs over the in-memory store, for a caller who may do everything. */

import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import { kinds } from "../../src/api/index.ts";
import type { Kind, KubeObject } from "../../src/api/kind.ts";
import { Aside } from "../../src/apiserver/aside/aside.ts";
import { StoreCaches } from "../../src/apiserver/cache/caches.ts";
import { CacheReader } from "../../src/apiserver/cache/reader.ts";
import type { ServerContext } from "../../src/apiserver/call.ts";
import type { AnswerStream, ConnectionFacts, Exchange, Headers } from "../../src/apiserver/http/exchange.ts";
import { RequestBook } from "../../src/apiserver/metrics/requests.ts";
import { decodeStored, encodeStored } from "../../src/apiserver/registry/codec.ts";
import { respond } from "../../src/apiserver/respond/answers.ts";
import { runner } from "../../src/apiserver/runner.ts";
import { verbFor } from "../../src/apiserver/verbs/index.ts";
import { type Clock, systemClock } from "../../src/machinery/clock.ts";
import { MetricRegistry } from "../../src/machinery/metrics/registry.ts";
import { systemRandom } from "../../src/machinery/random.ts";
import type { AdmissionPlugin } from "../../src/security/admission/plugin.ts";
import type { Authorizer } from "../../src/security/attributes.ts";
import { memoryStore } from "../../src/storage/memory.ts";
import type { Store } from "../../src/storage/store.ts";

export interface ApiOptions {
  readonly store?: Store;
  readonly clock?: Clock;
  readonly kinds?: readonly Kind[];
  readonly plugins?: readonly AdmissionPlugin[];
  readonly serviceRange?: string;
}

/** An answer; `object` is its JSON. */
export interface Answered {
  readonly code: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever the server says
  readonly object: any;
}

export interface WatchedEvent {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly object: any;
}

export class Api {
  readonly context: ServerContext;
  readonly caches: StoreCaches;
  readonly #handle: (exchange: Exchange) => void;
  readonly #open = new Set<AbortController>();

  constructor(context: ServerContext, caches: StoreCaches) {
    this.context = context;
    this.caches = caches;
    this.#handle = runner(context, verbFor);
  }

  request(method: string, target: string, body?: unknown, headers: IncomingHttpHeaders = {}): Promise<Answered> {
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
    return new Promise((resolve) => {
      const exchange = new DirectExchange(method, target, headers, bytes, (code, said, chunks) => {
        const text = Buffer.concat(chunks).toString();
        resolve({ code, headers: said, text, object: text.startsWith("{") ? JSON.parse(text) : undefined });
      });
      this.#handle(exchange);
    });
  }

  get(target: string): Promise<Answered> {
    return this.request("GET", target);
  }
  create(target: string, object: unknown): Promise<Answered> {
    return this.request("POST", target, object, { "content-type": "application/json" });
  }
  update(target: string, object: unknown): Promise<Answered> {
    return this.request("PUT", target, object, { "content-type": "application/json" });
  }
  patch(target: string, type: string, patch: unknown): Promise<Answered> {
    return this.request("PATCH", target, patch, { "content-type": type });
  }
  delete(target: string, options?: unknown): Promise<Answered> {
    return this.request("DELETE", target, options, { "content-type": "application/json" });
  }

  /** Begins a watch; ended with the API or by `stop`. @param client how many bytes it leaves unread */
  watch(target: string, client: { readonly queued?: number } = {}): Watching {
    const controller = new AbortController();
    this.#open.add(controller);
    const watching = new Watching(controller);
    const exchange = new DirectExchange("GET", target, {}, Buffer.alloc(0), (code, _, chunks) => watching.close(code, Buffer.concat(chunks).toString()), {
      signal: controller.signal,
      write: (chunk) => watching.take(chunk),
      end: () => watching.close(200, ""),
      abort: () => watching.breakOff(),
      queued: client.queued ?? 0,
    });
    this.#handle(exchange);
    return watching;
  }

  async close(): Promise<void> {
    for (const controller of this.#open) controller.abort();
    this.caches.stop();
    await this.context.aside[Symbol.asyncDispose]();
    await this.context.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export class Watching {
  readonly events: WatchedEvent[] = [];
  /** Set when the watch has ended. */
  ended: { readonly code: number; readonly text: string } | undefined;
  /** Whether the server broke the watch off. */
  aborted = false;
  readonly #controller: AbortController;
  #notice: () => void = () => {};
  #rest = "";

  constructor(controller: AbortController) {
    this.#controller = controller;
  }

  take(chunk: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(chunk).toString()).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.events.push(JSON.parse(line));
    this.#notice();
  }
  close(code: number, text: string): void {
    this.ended = { code, text };
    this.#notice();
  }
  breakOff(): void {
    this.aborted = true;
    this.close(200, "");
  }
  stop(): void {
    this.#controller.abort();
  }

  /** Resolves with the first `count` events. */
  async first(count: number): Promise<readonly WatchedEvent[]> {
    await this.#until(() => this.events.length >= count, `${count} events`);
    return this.events.slice(0, count);
  }
  async end(): Promise<void> {
    await this.#until(() => this.ended !== undefined, "the end");
  }

  async #until(done: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + 5000;
    while (!done()) {
      if (Date.now() > deadline) throw new Error(`Waited for ${what}, saw ${JSON.stringify(this.events)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#notice = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

interface Streaming {
  readonly signal: AbortSignal;
  write(chunk: Uint8Array): void;
  end(): void;
  abort(): void;
  /** Bytes that wait to be read. */
  readonly queued: number;
}

/** One request handed over in memory. */
class DirectExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly connection = { remoteAddress: "127.0.0.1", remotePort: 1, peerCertificate: undefined, certificates: [], protocol: "h2" } as ConnectionFacts;
  values = (): readonly string[] => [];
  readonly signal: AbortSignal;
  code = 0;
  readonly #body: Buffer;
  readonly #done: (code: number, headers: Headers, chunks: readonly Uint8Array[]) => void;
  readonly #streaming: Streaming | undefined;

  constructor(
    method: string,
    target: string,
    headers: IncomingHttpHeaders,
    body: Buffer,
    done: (code: number, headers: Headers, chunks: readonly Uint8Array[]) => void,
    streaming?: Streaming,
  ) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.#body = body;
    this.#done = done;
    this.#streaming = streaming;
    this.signal = streaming?.signal ?? new AbortController().signal;
  }

  async body(): Promise<Buffer> {
    return this.#body;
  }
  bodyStream(): Readable {
    return Readable.from([this.#body]);
  }
  answer(code: number, headers: Headers, body: Uint8Array | readonly Uint8Array[]): void {
    this.code = code;
    this.#done(code, headers, body instanceof Uint8Array ? [body] : body);
  }
  answerFrom(code: number, headers: Headers, next: () => Uint8Array | undefined | Promise<Uint8Array | undefined>): void {
    this.code = code;
    const chunks: Uint8Array[] = [];
    const pump = async (): Promise<void> => {
      for (let chunk = await next(); chunk; chunk = await next()) chunks.push(chunk);
      this.#done(code, headers, chunks);
    };
    void pump();
  }
  stream(code: number): AnswerStream {
    this.code = code;
    const streaming = this.#streaming!;
    return {
      signal: this.signal,
      write: (chunk) => {
        streaming.write(chunk);
        return streaming.queued;
      },
      writeAll(chunks) {
        for (const chunk of chunks) this.write(chunk);
        return streaming.queued;
      },
      queued: () => 0,
      drained: () => Promise.resolve(),
      end: () => streaming.end(),
      abort: () => streaming.abort(),
    };
  }
  takeSocket(): undefined {
    return undefined;
  }
}

const none = () => ({ readOnly: 0, mutating: 0 });
const everything: Authorizer = { name: "everything", authorize: () => ({ decision: "allow", reason: "" }) };

/** Everything but deeds: what the steps before the verbs ask for. */
const front: ServerContext["front"] = {
  authenticate: () => ({ name: "admin", groups: ["system:masters", "system:authenticated"], extra: Object.create(null), via: "test" }),
  authorizer: everything,
  rulesOf: () => [],
  tokens: { review: async () => undefined, request: async (_namespace, _account, asked) => asked, idOf: () => "" },
  audit: { opened: () => {}, closed: () => {} },
  endpoints: { find: () => undefined },
  turns: { reading: 0, writing: 0, longRunning: new Set(), peaks: none, waiting: none, take: () => {}, begun: () => {}, giveBack: () => {} },
  metrics: new RequestBook(new MetricRegistry()),
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: (message, facts) => console.error(message, facts), ready: () => {} },
};

/** Starts the API; nothing is in it. */
export async function startApi(options: ApiOptions = {}): Promise<Api> {
  const { clock = systemClock, plugins = [] } = options;
  const store = options.store ?? memoryStore({ clock });
  const served = options.kinds ?? kinds;
  const find = (group: string, version: string, resource: string) =>
    served.find((one) => one.group === group && one.version === version && one.resource === resource);
  const caches = new StoreCaches({ store, clock, decode: decodeStored, encode: encodeStored, storedKind: find });
  await caches.start();
  const reader = new CacheReader(caches, (group, resource) => served.find((one) => one.group === group && one.resource === resource && !one.rules.storedAs));
  const ofObject = (apiVersion: string, kind: string) => served.find((one) => one.apiVersion === apiVersion && one.name === kind);
  const context: ServerContext = {
    store,
    kinds: { find, ofObject, all: served },
    caches,
    reader,
    authorizer: everything,
    plugins,
    clock,
    random: systemRandom,
    respond,
    settings: { serviceRange: options.serviceRange ?? "10.96.0.0/16", nodePorts: [30000, 32767] },
    front,
    aside: new Aside(clock),
  };
  await caches.fill(served);
  return new Api(context, caches);
}

/** A ConfigMap with what is given. */
export function configMap(name: string, more: Partial<KubeObject> & { data?: Record<string, string> } = {}): KubeObject & { data?: Record<string, string> } {
  const { metadata, ...rest } = more;
  return { apiVersion: "v1", kind: "ConfigMap", ...rest, metadata: { name, ...metadata } };
}

/** ConfigMaps m0, m1 … in the namespace `default`, labelled `app: even` and `app: odd`. */
export async function withMaps(api: Api, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const labels = { app: i % 2 ? "odd" : "even" };
    const { code, text } = await api.create("/api/v1/namespaces/default/configmaps", configMap(`m${i}`, { metadata: { labels }, data: { n: String(i) } }));
    if (code !== 201) throw new Error(text);
  }
}
