/** The server as its own client: it keeps its namespaces, roles and addresses over its own API. */

import { performance } from "node:perf_hooks";
import type { KubeObject } from "../api/kind.ts";
import type { User } from "../security/user.ts";
import type { Exchange } from "./http/exchange.ts";
import { LoopbackExchange } from "./http/loopback-exchange.ts";
import type { CallNote } from "./metrics/calls.ts";

/** Who the server is to itself. No credential gives this name: it is known by the exchange, which nobody else can make. */
export const SERVER_ITSELF: User = {
  name: "system:apiserver",
  groups: ["system:masters", "system:authenticated"],
  extra: Object.create(null),
  via: "loopback",
};

export interface Loopback {
  /** @returns the code and the decoded body of the answer, whatever the code is */
  send(method: string, target: string, body?: KubeObject, contentType?: string): Promise<{ readonly code: number; readonly body: unknown }>;
}

/** @param handle what the listener hands its exchanges to @param note told of each answer */
export function loopback(handle: (exchange: Exchange) => void, note?: CallNote): Loopback {
  return {
    async send(method, target, body, contentType) {
      const exchange = new LoopbackExchange(method, target, body, contentType);
      const began = performance.now();
      handle(exchange);
      const answer = await exchange.answered;
      note?.("loopback", method, answer.code, (performance.now() - began) / 1000);
      return { code: answer.code, body: JSON.parse(answer.body.toString()) };
    },
  };
}
