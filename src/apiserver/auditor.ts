/**
 * Opens and closes the audit record of each request. What grants power is recorded, and the record kept on the keeper's disk, before it happens; of other requests
 * the outcome is. When the keeper can't keep up, a request that must be recorded is refused: nothing happens without its record.
 */

import type { MetricRegistry } from "../machinery/metrics/registry.ts";
import { type FailureStatus, serviceUnavailable } from "../machinery/status/status-error.ts";
import { isAudited } from "../security/audit/policy.ts";
import { type AuditStage, auditRecord } from "../security/audit/record.ts";
import type { AuditSink } from "../security/audit/sink.ts";
import type { Auditor, Call } from "./call.ts";
import { isLongRunning } from "./steps/long-running.ts";

const READS: ReadonlySet<string> = new Set(["get", "list", "watch"]);
/** Groups whose objects say who may do what, and resources that are credentials. */
const POWER_GROUPS: ReadonlySet<string> = new Set([
  "rbac.authorization.k8s.io",
  "admissionregistration.k8s.io",
  "certificates.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
]);
const POWER_RESOURCES: ReadonlySet<string> = new Set(["secrets", "serviceaccounts/token", "tokenreviews"]);

export function auditor(sink: AuditSink, registry: MetricRegistry): Auditor {
  const events = registry.counter({ name: "apiserver_audit_event_total", help: "Audit records.", stability: "ALPHA" }).of();
  const rejected = registry
    .counter({ name: "apiserver_audit_requests_rejected_total", help: "Requests refused because they could not be recorded.", stability: "ALPHA" })
    .of();
  const lost = registry
    .counter({ name: "apiserver_audit_error_total", help: "Audit records that were lost.", stability: "ALPHA", labels: ["plugin"] })
    .of("auditd");
  const append = (call: Call, stage: AuditStage): void => {
    if (appended(sink, call, stage)) events.add();
    else lost.add();
  };
  return {
    opened(call) {
      const early = isLongRunning(call) || grantsPower(call);
      if (!early && !sink.full) return undefined;
      if (!isAudited(call.attributes, call.user, undefined, call.impersonator !== undefined)) return undefined;
      if (sink.full) {
        rejected.add();
        throw serviceUnavailable("the audit log can't take the record of this request");
      }
      append(call, "ResponseStarted");
      return sink.durable();
    },
    closed(call) {
      const read = call.attributes.path === "" && !call.attributes.isResource ? undefined : call.attributes;
      if (isAudited(read, call.user, call.exchange.code, call.impersonator !== undefined)) append(call, "ResponseComplete");
    },
  };
}

/** Whether a write changes who may do what. */
function grantsPower({ attributes }: Call): boolean {
  if (!attributes.isResource || READS.has(attributes.verb)) return false;
  const resource = attributes.subresource ? `${attributes.resource}/${attributes.subresource}` : attributes.resource;
  return POWER_GROUPS.has(attributes.group) || POWER_RESOURCES.has(resource);
}

/** @returns false where the record is lost */
function appended(sink: AuditSink, call: Call, stage: AuditStage): boolean {
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
        impersonationConstraint: call.impersonationConstraint,
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
    return true;
  } catch (error) {
    context.front.log.error("an audit record was lost: the keeper is too far behind", { audit: call.auditId, error: String(error) });
    return false;
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
