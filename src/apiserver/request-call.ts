/** A request on its way, at its beginning: one class, so that every step reads fields of one shape. */

import { randomUUID } from "node:crypto";
import type { Kind } from "../api/kind.ts";
import type { FailureStatus } from "../machinery/status/status-error.ts";
import type { Attributes } from "../security/attributes.ts";
import type { User } from "../security/user.ts";
import type { Call, Handler, ServerContext } from "./call.ts";
import type { Exchange } from "./http/exchange.ts";

/** Who asks until the authenticators have answered, and who asks without a credential. */
export const NOBODY: User = { name: "system:anonymous", groups: ["system:unauthenticated"], extra: Object.create(null), via: "none" };

/** What a request means before its line is read, and when it can't be. */
const UNREAD: Attributes = {
  isResource: false,
  path: "",
  verb: "",
  group: "",
  version: "",
  namespace: "",
  resource: "",
  subresource: "",
  name: "",
  tail: "",
};
const NO_QUERY = new URLSearchParams();

export class RequestCall implements Call {
  readonly exchange: Exchange;
  readonly context: ServerContext;
  readonly receivedAt: number;
  readonly auditId = randomUUID();
  attributes = UNREAD;
  query = NO_QUERY;
  user = NOBODY;
  impersonator: User | undefined = undefined;
  impersonationConstraint: string | undefined = undefined;
  kind: Kind | undefined = undefined;
  remote: Handler | undefined = undefined;
  readonly warnings: string[] = [];
  readonly annotations = new Map<string, string>();
  decision: { allowed: boolean; reason: string } | undefined = undefined;
  turn: Call["turn"] = undefined;
  failure: FailureStatus | undefined = undefined;
  subject: Call["subject"] = undefined;

  constructor(exchange: Exchange, context: ServerContext) {
    this.exchange = exchange;
    this.context = context;
    this.receivedAt = context.clock.now();
  }
}
