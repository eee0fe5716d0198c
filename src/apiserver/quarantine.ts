/**
 * What doesn't open: an object whose sealed bytes were changed on the disk, or moved there from elsewhere. It is served to nobody, counts as absent in lists, and
 * is told of in the record and the log; all else is served as ever. A write to its place by the store's own means ends it.
 */

import type { Kind } from "../api/kind.ts";
import type { Clock } from "../machinery/clock.ts";
import type { Log } from "../machinery/log.ts";
import type { Random } from "../machinery/random.ts";
import { StatusError } from "../machinery/status/status-error.ts";
import { auditRecord } from "../security/audit/record.ts";
import type { AuditSink } from "../security/audit/sink.ts";
import type { User } from "../security/user.ts";
import type { SealError } from "../storage/store.ts";

/** The cause that clients and the record are told. */
const SEAL_MISMATCH = "SealMismatch";
const SELF: User = { name: "system:apiserver", groups: ["system:masters"], extra: Object.create(null), via: "loopback" };

export interface Damaged {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly error: SealError;
}

/** @returns what clients who name the object are told */
export function sealMismatch(error: SealError): StatusError {
  const cause = { reason: SEAL_MISMATCH, message: error.reason };
  return new StatusError({ code: 500, reason: "InternalError", message: `Internal error occurred: ${error.message}`, details: { causes: [cause] } });
}

/** @returns what is called with each object that goes into quarantine */
export function quarantineReport(audit: AuditSink, { clock, random, log }: { clock: Clock; random: Random; log: Log }): (damaged: Damaged) => void {
  return ({ kind, namespace, name, error }) => {
    const facts = { resource: kind.resource, namespace, name, reason: error.reason };
    log.error("an object of the store doesn't open and is kept from everybody", facts);
    const { group, version, resource } = kind;
    const attributes = { isResource: true, path: error.key, verb: "open", group, version, namespace, resource, subresource: "", name, tail: "" };
    const now = clock.now();
    const response = { code: 500, reason: SEAL_MISMATCH, message: error.message };
    const record = { auditId: random.uuid(), stage: "ResponseComplete", target: error.key, attributes, method: "open", user: SELF, peerAddress: "" } as const;
    try {
      audit.append(auditRecord({ ...record, receivedAt: now, now, response }));
    } catch (lost) {
      log.error("an audit record was lost: the keeper is too far behind", { ...facts, error: String(lost) });
    }
  };
}
