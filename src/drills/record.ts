/** Looks for the audit record of what a drill did: it must name the attacker, the action, the decision and the cause. */

import type { Finding } from "./drill.ts";
import { type Status, statusOf } from "./expect.ts";

/** What a drill reads of an audit record (audit.k8s.io/v1, Event). */
export interface AuditEvent {
  readonly auditID: string;
  readonly stage: string;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string; readonly name?: string };
  readonly responseStatus?: { readonly code?: number; readonly reason?: string; readonly message?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** How much of what came from outside a record keeps. */
const TEXT_LIMIT = 2048;

export type RecordIndex = ReadonlyMap<string, AuditEvent>;

/** @returns the closing record of each request, by its id */
export function indexOf(records: readonly AuditEvent[]): RecordIndex {
  return new Map(records.filter(({ stage }) => stage === "ResponseComplete" || stage === "Panic").map((record) => [record.auditID, record]));
}

/** A record tells the message, or as much of it as shows nothing that the client sent, or names the fields that were wrong. */
function tellsCause(cause: string, { message = "", details }: Status): boolean {
  const fields = details?.causes?.flatMap(({ field }) => (field ? [field] : [])) ?? [];
  return cause !== "" && (message.startsWith(cause) || (fields.length > 0 && fields.every((field) => cause.includes(field))));
}

/** @returns what is wrong with the record of a request, or undefined */
export function recordProblem({ answer, by = "" }: Finding, index: RecordIndex): string | undefined {
  if (!answer || answer.code === 0) return undefined; // A server that broke off gave no name to look for.
  const id = answer.headers["audit-id"];
  if (typeof id !== "string") return "its answer names no audit record";
  const record = index.get(id);
  if (!record) return `no audit record ${id}`;
  const status = statusOf(answer);
  const { reason } = status;
  const expected = { who: by, what: answer.sent.path.slice(0, TEXT_LIMIT), code: answer.code, ...(reason && { reason }) };
  const { code, reason: kept, message: cause = "" } = record.responseStatus ?? {};
  const found = { who: record.user.username ?? "", what: record.requestURI, code, ...(reason && { reason: kept }) };
  if (reason && !tellsCause(cause, status)) return `its audit record doesn't tell the cause: ${JSON.stringify(cause)} of ${JSON.stringify(status.message)}`;
  const wrong = (Object.keys(expected) as (keyof typeof expected)[]).filter((name) => expected[name] !== found[name]);
  if (wrong.length === 0) return undefined;
  return `its audit record is wrong: ${wrong.map((name) => `${name} is ${JSON.stringify(found[name])} and not ${JSON.stringify(expected[name])}`).join(", ")}`;
}
