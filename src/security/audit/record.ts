/** One audit record: Kubernetes' Event (audit.k8s.io/v1), with what Rampart knows beyond it. Bodies are never part of it. */

import { microTimestamp } from "../../machinery/clock.ts";
import type { Attributes } from "../attributes.ts";
import type { User } from "../user.ts";

export type AuditStage = "ResponseStarted" | "ResponseComplete" | "Panic";

interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: User["extra"];
}

export interface AuditRecord {
  readonly kind: "Event";
  readonly apiVersion: "audit.k8s.io/v1";
  readonly level: "Metadata";
  /** Ours, and only ours: no client can give two requests one id. */
  readonly auditID: string;
  readonly stage: AuditStage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: UserInfo;
  readonly impersonatedUser?: UserInfo;
  readonly authenticationMetadata?: { readonly impersonationConstraint: string };
  readonly sourceIPs: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly apiGroup?: string;
    readonly apiVersion?: string;
    readonly resourceVersion?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number; readonly reason?: string; readonly message?: string };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly rampart: {
    /** The other end of the connection, which no header can change. */
    readonly peerAddress: string;
    /** How the user came in; empty where nobody did. */
    readonly authenticator: string;
    /** What the client calls its request (`Audit-ID`). */
    readonly clientAuditID?: string;
    readonly dryRun?: true;
  };
}

export interface AuditFacts {
  readonly auditId: string;
  readonly stage: AuditStage;
  /** The request target as it came; cut at 2 KiB. */
  readonly target: string;
  readonly attributes: Attributes | undefined;
  readonly method: string;
  readonly user: User | undefined;
  readonly impersonator?: User | undefined;
  /** The verb of a constrained impersonation. */
  readonly impersonationConstraint?: string | undefined;
  readonly peerAddress: string;
  /** Addresses that proxies claim to forward for (`X-Forwarded-For`), as Kubernetes lists them before the peer's. */
  readonly claimedAddresses?: readonly string[];
  readonly userAgent?: string | undefined;
  readonly clientAuditId?: string | undefined;
  readonly object?: { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined; readonly name?: string | undefined };
  readonly response?: { readonly code: number; readonly reason?: string | undefined; readonly message?: string | undefined };
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly now: number;
  readonly annotations?: ReadonlyMap<string, string>;
  readonly dryRun?: boolean;
}

const TEXT_LIMIT = 2048;

/** Control characters can't hide a record from who reads the log on a terminal (threat 9); JSON escapes C0, this the rest. */
function clean(text: string): string {
  return text.slice(0, TEXT_LIMIT).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

function info(user: User | undefined): UserInfo {
  if (!user) return { username: "" };
  return { username: user.name, ...(user.uid && { uid: user.uid }), groups: user.groups, ...(Object.keys(user.extra).length > 0 && { extra: user.extra }) };
}

function reference(facts: AuditFacts, asked: Attributes): AuditRecord["objectRef"] {
  const name = asked.name || clean(facts.object?.name ?? "");
  return {
    resource: asked.resource,
    ...(asked.namespace && { namespace: asked.namespace }),
    ...(name && { name }),
    ...(facts.object?.uid && { uid: facts.object.uid }),
    ...(asked.group && { apiGroup: asked.group }),
    apiVersion: asked.version,
    ...(facts.object?.resourceVersion && { resourceVersion: facts.object.resourceVersion }),
    ...(asked.subresource && { subresource: asked.subresource }),
  };
}

/** @returns the record; values that came from outside are cut and cleaned of control characters */
export function auditRecord(facts: AuditFacts): AuditRecord {
  const { attributes, impersonator, user, response } = facts;
  return {
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: "Metadata",
    auditID: facts.auditId,
    stage: facts.stage,
    requestURI: clean(facts.target),
    verb: attributes?.verb ?? facts.method.toLowerCase(),
    user: info(impersonator ?? user),
    ...(impersonator && { impersonatedUser: info(user) }),
    ...(facts.impersonationConstraint && { authenticationMetadata: { impersonationConstraint: facts.impersonationConstraint } }),
    sourceIPs: [...(facts.claimedAddresses ?? []).map(clean), facts.peerAddress],
    ...(facts.userAgent && { userAgent: clean(facts.userAgent) }),
    ...(attributes?.isResource && { objectRef: reference(facts, attributes) }),
    ...(response && {
      responseStatus: {
        code: response.code,
        ...(response.reason && { reason: response.reason }),
        ...(response.message && { message: clean(response.message) }),
      },
    }),
    requestReceivedTimestamp: microTimestamp(facts.receivedAt),
    stageTimestamp: microTimestamp(facts.now),
    ...(facts.annotations?.size && { annotations: Object.fromEntries([...facts.annotations].map(([key, value]) => [key, clean(value)])) }),
    rampart: {
      peerAddress: facts.peerAddress,
      authenticator: (impersonator ?? user)?.via ?? "",
      ...(facts.clientAuditId && { clientAuditID: clean(facts.clientAuditId) }),
      ...(facts.dryRun && { dryRun: true as const }),
    },
  };
}
