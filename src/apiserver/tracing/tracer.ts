/**
 * Traces of requests for OpenTelemetry's collector: a span each for the request, its wait for a turn and what it did then. A request costs nothing until it has
 * been answered, or asks another server: only then it is decided whether it is traced, from times that are known anyway. What the collector doesn't take is
 * dropped and counted.
 */

import type { Clock } from "../../machinery/clock.ts";
import type { Dialer } from "../../machinery/dialer.ts";
import { PURPOSES } from "../../machinery/dialer.ts";
import type { Log } from "../../machinery/log.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Random } from "../../machinery/random.ts";
import type { TracedCall } from "../../machinery/webhook.ts";
import type { Call, Tracing } from "../call.ts";
import type { TracingSettings } from "./configuration.ts";
import { isTrusted, type TraceContext, traceContext } from "./context.ts";

const FLUSH_EVERY_MS = 5000;
const BATCH_MAX = 512;
const QUEUED_MAX = 2048;
const TIMEOUT_MS = 5000;
const MILLION = 1_000_000;
const PATH = "/v1/traces";
/** Numbers of the protocol (opentelemetry/proto/trace/v1). */
const KIND = { internal: 1, server: 2, client: 3 } as const;
const STATUS_ERROR = 2;

export interface TracerOptions {
  readonly settings: TracingSettings;
  readonly dialer: Dialer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly registry: MetricRegistry;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue: string } | { readonly intValue: string };
}

/** What was decided of a request. */
interface Trace {
  readonly traceId: string;
  /** The request's own span. */
  readonly root: string;
  readonly asked: TraceContext | undefined;
  readonly parent: TraceContext | undefined;
}

export class Tracer implements Tracing {
  readonly #options: TracerOptions;
  readonly #dropped: { add(count?: number): void };
  /** Of requests that it had to be decided of before they were answered; null where they aren't traced. */
  readonly #decided = new WeakMap<Call, Trace | null>();
  #queue: object[] = [];
  #cancel: () => void = () => {};
  #failing = false;

  constructor(options: TracerOptions) {
    this.#options = options;
    this.#dropped = options.registry.counter({ name: "rampart_trace_spans_dropped_total", help: "Spans that the collector did not take." }).of();
    this.#later();
  }

  /** A request has been answered: traces it where its sender or chance wants it so. */
  observe(call: Call): void {
    const early = this.#decided.get(call);
    const trace = early === undefined ? this.#decide(call) : early;
    if (!trace) return;
    const { clock } = this.#options;
    const { traceId, root, asked, parent } = trace;
    const [start, end] = [call.receivedAt, clock.now()];
    const { code } = call.exchange;
    const attributes = attributesOf(call);
    this.#add({
      traceId,
      spanId: root,
      ...(parent && { parentSpanId: parent.spanId }),
      ...(asked && !parent && { links: [{ traceId: asked.traceId, spanId: asked.spanId }] }),
      name: "KubernetesAPI",
      kind: KIND.server,
      ...times(start, end),
      attributes,
      ...(code >= 500 && { status: { code: STATUS_ERROR } }),
    });
    const ticket = call.turn?.ticket;
    if (!ticket || ticket.startedAt === 0) return;
    const child = (name: string, from: number, until: number, own: Attribute[]): void =>
      this.#add({ traceId, spanId: this.#spanId(), parentSpanId: root, name, kind: KIND.internal, ...times(from, until), attributes: own });
    const flow = [text("apf_fs", ticket.flow.schema), text("apf_pl", ticket.flow.level.name)];
    if (ticket.startedAt > ticket.arrivedAt) child("Wait", ticket.arrivedAt, ticket.startedAt, flow);
    child(titled(call.attributes.verb), ticket.startedAt, end, flow);
  }

  trusts(call: Call): boolean {
    return isTrusted(call.user);
  }

  begin(call: Call | undefined): TracedCall | undefined {
    const trace = call ? this.#decided.getOrInsertComputed(call, () => this.#decide(call)) : this.#ofNone();
    if (!trace) return undefined;
    const { clock } = this.#options;
    const { traceId, root } = trace;
    const [spanId, start] = [this.#spanId(), clock.now()];
    return {
      traceparent: `00-${traceId}-${spanId}-01`,
      end: (code) => {
        const attributes: Attribute[] = [{ key: "http.response.status_code", value: { intValue: String(code) } }];
        const failed = code === 0 || code >= 500;
        const parent = call && { parentSpanId: root };
        const status = failed && { status: { code: STATUS_ERROR } };
        this.#add({ traceId, spanId, ...parent, name: "Call", kind: KIND.client, ...times(start, clock.now()), attributes, ...status });
      },
    };
  }

  async close(): Promise<void> {
    this.#cancel();
    await this.#flush();
  }

  #decide(call: Call): Trace | null {
    const asked = traceContext(call.exchange.headers.traceparent);
    const parent = asked && this.trusts(call) ? asked : undefined;
    if (!parent?.sampled && !this.#byChance()) return null;
    return { traceId: parent?.traceId ?? this.#traceId(), root: this.#spanId(), asked, parent };
  }

  #ofNone(): Pick<Trace, "traceId" | "root"> | null {
    return this.#byChance() ? { traceId: this.#traceId(), root: "" } : null;
  }

  #byChance(): boolean {
    const { settings, random } = this.#options;
    return settings.samplingRatePerMillion > 0 && random.below(MILLION) < settings.samplingRatePerMillion;
  }

  #traceId(): string {
    return this.#options.random.uuid().replaceAll("-", "");
  }

  #spanId(): string {
    return this.#options.random.uuid().replaceAll("-", "").slice(16);
  }

  #add(span: object): void {
    if (this.#queue.length >= QUEUED_MAX) this.#dropped.add();
    else this.#queue.push(span);
  }

  #later(): void {
    this.#cancel = this.#options.clock.after(FLUSH_EVERY_MS, () => void this.#flush().finally(() => this.#later()));
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH_MAX);
      try {
        await this.#send(batch);
        this.#failing = false;
      } catch (error) {
        this.#dropped.add(batch.length);
        if (!this.#failing) this.#options.log.warn("the collector of traces does not take them", { error: String(error) });
        this.#failing = true;
        return;
      }
    }
  }

  async #send(spans: readonly object[]): Promise<void> {
    const { dialer, settings } = this.#options;
    const resource = { attributes: [text("service.name", "apiserver")] };
    const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "rampart" }, spans }] }] });
    const target = { purpose: PURPOSES.tracing, host: settings.host, port: settings.port, timeoutMs: TIMEOUT_MS };
    const answer = await dialer.request(target, undefined, { method: "POST", path: PATH, headers: { "content-type": "application/json" }, body });
    answer.resume();
    if (answer.statusCode !== 200) throw new Error(`${settings.host}:${settings.port} answered ${answer.statusCode} to spans`);
  }
}

function attributesOf({ exchange, attributes, auditId, user }: Call): Attribute[] {
  const agent = exchange.headers["user-agent"];
  return [
    text("http.request.method", exchange.method),
    text("url.path", attributes.path),
    { key: "http.response.status_code", value: { intValue: String(exchange.code) } },
    text("audit-id", auditId),
    text("enduser.via", user.via),
    ...(agent ? [text("user_agent.original", agent)] : []),
    ...(attributes.isResource ? [text("k8s.verb", attributes.verb), text("k8s.resource", attributes.resource), text("k8s.group", attributes.group)] : []),
  ];
}

function text(key: string, value: string): Attribute {
  return { key, value: { stringValue: value } };
}

/** In nanoseconds, as text: more than a double holds. */
function times(start: number, end: number): { startTimeUnixNano: string; endTimeUnixNano: string } {
  return { startTimeUnixNano: `${start}000000`, endTimeUnixNano: `${Math.max(start, end)}000000` };
}

function titled(verb: string): string {
  return verb === "" ? "Request" : verb[0]!.toUpperCase() + verb.slice(1);
}
