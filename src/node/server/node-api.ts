/** What the node's own API works on, and the form of its routes. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { AgentContext } from "../pods/context.ts";
import type { PodWorkers } from "../pods/pod-workers.ts";

export interface NodeApi {
  readonly context: AgentContext;
  readonly workers: PodWorkers;
}

export interface RouteCall {
  /** The parts of the path that the pattern names. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly method: "GET" | "POST";
  /** `/containerLogs/:namespace/:pod/:container` */
  readonly pattern: string;
  answer(api: NodeApi, call: RouteCall, response: ServerResponse): Promise<void>;
}

/** A route that turns the connection into another protocol: exec, attach, port-forward. */
export interface StreamRoute {
  readonly pattern: string;
  upgrade(api: NodeApi, call: RouteCall, socket: Duplex, head: Buffer): Promise<void>;
}

/** Refuses a call; the text goes to the caller as it is. */
export class NodeApiError extends Error {
  override name = "NodeApiError";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** @returns the named parts of a path, or undefined where the pattern is another */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const named: [string, string][] = [];
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (!part.startsWith(":")) {
      if (part !== value) return undefined;
    } else {
      try {
        named.push([part.slice(1), decodeURIComponent(value)]);
      } catch {
        return undefined;
      }
    }
  }
  return Object.fromEntries(named);
}
