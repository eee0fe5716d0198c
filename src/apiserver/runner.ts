/**
 * Runs the steps of each request, then its verb. It, and no step, opens and closes the audit record, so that a throw or a failed login can't lose one.
 * What can be done at once is done at once: a request that waits for nothing never leaves the stack.
 */

import type { Kind } from "../api/kind.ts";
import { noSuchResource, StatusError } from "../machinery/status/status-error.ts";
import type { Call, Handler, ServerContext, VerbFor } from "./call.ts";
import type { Exchange } from "./http/exchange.ts";
import { PlainError, pageNotFound } from "./plain-error.ts";
import { deprecation } from "./registry/traits.ts";
import { RequestCall } from "./request-call.ts";
import { checkAccept, checkForm } from "./respond/choose.ts";
import { answerError } from "./respond/error.ts";
import { reviewOf } from "./reviews/index.ts";
import { Deadlines } from "./steps/deadline.ts";
import { request } from "./steps/index.ts";
import { together } from "./together.ts";

/** @returns what the listener hands every exchange to */
export function runner(context: ServerContext, verbFor: VerbFor, deadlines = new Deadlines(context.clock)): (exchange: Exchange) => void {
  return (exchange) => together(() => handle(exchange));

  function handle(exchange: Exchange): void {
    const call = new RequestCall(exchange, context);
    let pending: void | Promise<void>;
    try {
      pending = runFrom(call, 0, verbFor);
    } catch (error) {
      fail(call, error);
      close(call);
      return;
    }
    if (pending === undefined) close(call);
    else {
      deadlines.begin(call, fail);
      pending.then(
        () => {
          deadlines.end(call);
          close(call);
        },
        (error) => {
          deadlines.end(call);
          fail(call, error);
          close(call);
        },
      );
    }
  }
}

function runFrom(call: Call, first: number, verbFor: VerbFor): void | Promise<void> {
  for (let index = first; index < request.length; index++) {
    const pending = request[index]!.run(call);
    if (pending !== undefined) return pending.then(() => runFrom(call, index + 1, verbFor));
  }
  const handler = handlerOf(call, verbFor);
  const recorded = call.context.front.audit.opened(call);
  return recorded === undefined ? handler(call) : recorded.then(() => handler(call));
}

/** Inside the groups that are built in even what isn't there is answered as the API answers. */
function isInGroup({ attributes: { path }, context }: Call): boolean {
  const [, root, group] = path.split("/");
  return root === "api" ? group !== undefined : root === "apis" && context.kinds.all.some((kind) => kind.group === group && !kind.form);
}

/** Subresources that answer in forms of their own. */
const TALKS_ITS_OWN: ReadonlySet<string> = new Set(["attach", "exec", "log", "portforward", "proxy"]);

function handlerOf(call: Call, verbFor: VerbFor): Handler {
  const { attributes, kind, exchange, remote } = call;
  if (remote) return remote;
  if (kind) {
    const { verb, subresource } = attributes;
    if (subresource === "" && !hasPath(call, kind)) throw noSuchResource();
    const refused = exchange.method === "HEAD" && subresource !== "proxy";
    const handler = refused ? undefined : reviewOf(kind, subresource, verb) || verbFor(kind, subresource, verb);
    if (!handler || isMisplaced(call, kind)) throw notAllowed();
    if (!TALKS_ITS_OWN.has(subresource)) checkAccept(call, kind);
    const deprecated = deprecation(kind);
    if (deprecated) call.warnings.push(deprecated);
    if (!TALKS_ITS_OWN.has(subresource)) checkForm(call, kind);
    return handler;
  }
  const endpoint = call.context.front.endpoints.find(attributes.path);
  if (!endpoint) throw isInGroup(call) ? noSuchResource() : pageNotFound();
  if (!endpoint.methods.includes(exchange.method)) throw notAllowed();
  return endpoint.run;
}

/** Of what is never stored there is nothing under a name, and nothing of all namespaces. */
function hasPath({ attributes }: Call, { namespaced, table }: Kind): boolean {
  if (table.verbs.includes("list")) return true;
  return attributes.name === "" ? !namespaced || attributes.namespace !== "" : table.verbs.includes("get");
}

/** A new object is made in its collection, a change names its object, and what is deleted together lies in one namespace. */
function isMisplaced({ attributes: { verb, name, namespace, subresource } }: Call, { namespaced }: Kind): boolean {
  if (subresource !== "") return false;
  if (verb === "deletecollection") return namespaced && namespace === "";
  return verb === "create" ? name !== "" : (verb === "update" || verb === "patch") && name === "";
}

function notAllowed(): StatusError {
  return new StatusError({ code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource", details: {} });
}

function fail(call: Call, error: unknown): void {
  const { log } = call.context.front;
  const facts = { path: call.attributes.path, verb: call.attributes.verb, audit: call.auditId };
  if (!(error instanceof StatusError || error instanceof PlainError)) log.error("a request failed", { ...facts, error: stackOf(error) });
  if (call.exchange.code === 0) answerError(call, error);
  else log.warn("a request failed after its answer had begun", { ...facts, error: String(error) });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? String(error)) : String(error);
}

function close(call: Call): void {
  const { front, clock } = call.context;
  front.metrics.observe(call, clock.now() - call.receivedAt);
  front.tracer?.observe(call);
  front.turns.giveBack(call);
  front.audit.closed(call);
}
