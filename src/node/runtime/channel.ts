/** The gRPC channel to a container runtime's Unix socket; every call has a deadline. */

import { type Client, credentials, makeGenericClientConstructor, type ServiceDefinition, type ServiceError } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import table from "./cri/cri.json" with { type: "json" };
import type { ImageService, RuntimeService } from "./cri/cri.ts";
import type { Received } from "./received.ts";

type Calls = RuntimeService & ImageService;

/** A runtime answers lists of a big node in one message. */
const ANSWER_MAX_BYTES = 64 * 1024 * 1024;

/** A call that the runtime refused or didn't answer in time. */
export class RuntimeError extends Error {
  override name = "RuntimeError";
  /** The gRPC status: 4 deadline exceeded, 5 not found, 12 unimplemented, 14 unavailable … */
  readonly code: number;
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const NOT_FOUND = 5;
export const UNIMPLEMENTED = 12;

export interface Channel {
  /** @throws RuntimeError with the runtime's own words */
  call<M extends keyof Calls>(method: M, request: Calls[M][0], deadlineMs: number): Promise<Received<Calls[M][1]>>;
  close(): void;
}

type Unary = (request: object, options: { deadline: Date }, done: (error: ServiceError | null, answer: object) => void) => void;

function serviceOf(definition: ReturnType<typeof fromJSON>, name: string): ServiceDefinition {
  const found = definition[name];
  if (found === undefined || "format" in found) throw new Error(`CRI's table declares no service ${name}`);
  return found;
}

/** @param socket path of the runtime's Unix socket; the connection is made on first use and again after a loss */
export function openChannel(socket: string): Channel {
  const definition = fromJSON(table as Parameters<typeof fromJSON>[0], { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: false });
  const options = {
    "grpc.max_receive_message_length": ANSWER_MAX_BYTES,
    // A runtime that was restarted is used again at once: a pod waits for it.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.min_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2000,
  };
  const clients: Client[] = [];
  const calls = new Map<string, Unary>();
  for (const name of ["runtime.v1.RuntimeService", "runtime.v1.ImageService"]) {
    const service = serviceOf(definition, name);
    const Stub = makeGenericClientConstructor(service, name);
    const client = new Stub(`unix://${socket}`, credentials.createInsecure(), options);
    clients.push(client);
    for (const method of Object.keys(service)) {
      const unary = client[method] as Unary | undefined;
      if (unary) calls.set(method, unary.bind(client));
    }
  }
  return {
    call<M extends keyof Calls>(method: M, request: Calls[M][0], deadlineMs: number): Promise<Received<Calls[M][1]>> {
      const unary = calls.get(method);
      if (!unary) throw new RuntimeError(UNIMPLEMENTED, `CRI has no call ${method}`);
      return new Promise((resolve, reject) => {
        unary(request, { deadline: new Date(Date.now() + deadlineMs) }, (error, answer) => {
          if (error) reject(new RuntimeError(error.code, error.details || error.message, { cause: error }));
          else resolve(answer as Received<Calls[M][1]>);
        });
      });
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}
