/**
 * Opens and closes the audit record of each request. What grants power is recorded, and the record kept on the keeper's disk, before it happens; of other requests
 * the outcome is. When the keeper can't keep up, a request that must be recorded is refused: nothing happens without its record.
 */

import { type FailureStatus, serviceUnavailable } from "../machinery/status/status-error.ts";
import { isAudited } from "../security/audit/policy.ts";
import { type AuditStage, auditRecord } from "../security/audit/record.ts";
import type { AuditSink } from "../security/audit/sink.ts";
import type { Auditor, Call } from "./call.ts";
import { isLongRunning } from "./steps/long-running.ts";

const READS: ReadonlySet<string> = new Set(["get", "list", "watch"]);
/** Groups whose objects say who may do what, and resources that are credentials. */
const POWER_GROUPS: ReadonlySet<string> = new Set(["rbac.authorization.k8s.io", "admissionregistration.k8s.io", "certificates.k8s.io", "apiextensions.k8s.io"]);
const POWER_RESOURCES: ReadonlySet<string> = new Set(["secrets", "serviceaccounts/token", "tokenreviews"]);

export function auditor(sink: AuditSink): Auditor {
  return {
    opened(call) {
      const early = isLongRunning(call) || grantsPower(call);
      if (!early && !sink.full) return undefined;
      if (!isAudited(call.attributes, call.user, undefined, call.impersonator !== undefined)) return undefined;
      if (sink.full) throw serviceUnavailable("the audit log can't take the record of this request");
      append(sink, call, "ResponseStarted");
      return sink.durable();
    },
    closed(call) {
      const read = call.attributes.path === "" && !call.attributes.isResource ? undefined : call.attributes;
      if (isAudited(read, call.user, call.exchange.code, call.impersonator !== undefined)) append(sink, call, "ResponseComplete");
    },
  };
}

/** Whether a write changes who may do what. */
function grantsPower({ attributes }: Call): boolean {
  if (!attributes.isResource || READS.has(attributes.verb)) return false;
  const resource = attributes.subresource ? `${attributes.resource}/${attributes.subresource}` : attributes.resource;
  return POWER_GROUPS.has(attributes.group) || POWER_RESOURCES.has(resource);
}

function append(sink: AuditSink, call: Call, stage: AuditStage): void {
  const { exchange, attributes, user, failure, decision, context } = call;
  const annotations = new Map(call.annotations);
  if (decision) {
    annotations.set("authorization.k8s.io/decision", decision.allowed ? "allow" : "forbid");
    annotations.set("authorization.k8s.io/reason", decision.reason);
  }
  const { "user-agent": userAgent, "audit-id": clientAuditId, "x-forwarded-for": forwarded } = exchange.headers;
  try {
    sink.append(
      auditRecord({
        auditId: call.auditId,
        stage,
        target: exchange.target,
        attributes: attributes.path === "" ? undefined : attributes,
        method: exchange.method,
        user: user.via === "none" ? undefined : user,
        impersonator: call.impersonator,
        peerAddress: exchange.connection.remoteAddress,
        claimedAddresses: typeof forwarded === "string" ? forwarded.split(",").map((one) => one.trim()) : [],
        userAgent,
        clientAuditId: typeof clientAuditId === "string" ? clientAuditId : undefined,
        receivedAt: call.receivedAt,
        now: context.clock.now(),
        annotations,
        dryRun: call.query.has("dryRun"),
        ...(call.subject && { object: call.subject }),
        ...(exchange.code !== 0 && { response: { code: exchange.code, reason: failure?.reason, message: failure && recordedMessage(failure) } }),
      }),
    );
  } catch (error) {
    context.front.log.error("an audit record was lost: the keeper is too far behind", { audit: call.auditId, error: String(error) });
  }
}

/** Bodies are never part of a record: of what was wrong with one, its fields are named and not their values. */
function recordedMessage({ code, message, recorded, details }: FailureStatus): string {
  if (code !== 422 || !details?.causes) return recorded ?? message;
  const wrong = details.causes.map(({ field, reason }) => `${field}: ${reason}`).join(", ");
  return `${details.kind ?? "the object"} ${JSON.stringify(details.name ?? "")} is invalid: ${wrong}`;
}

/** A sink that keeps nothing: for a control plane that lives only as long as a test. */
export function forgetfulSink(): AuditSink {
  return { append() {}, full: false, durable: () => Promise.resolve(), close: () => Promise.resolve() };
}
