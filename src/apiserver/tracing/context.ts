/** W3C trace context (`traceparent`): which trace a request belongs to, as far as its sender may say so. */

import type { User } from "../../security/user.ts";

export interface TraceContext {
  /** 32 and 16 hexadecimal digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Whose word on sampling counts: others could fill the collector at will (k8s.io/apiserver, pkg/endpoints/filters/traces.go). */
const TRUSTED: readonly string[] = ["system:masters", "system:monitoring"];
const FORM = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
const ZEROS = /^0+$/;

/** @returns undefined for a header that is missing or not well formed */
export function traceContext(header: string | readonly string[] | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = (typeof header === "string" && FORM.exec(header)) || [];
  if (!traceId || !spanId || !flags || ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function isTrusted({ groups }: User): boolean {
  return TRUSTED.some((group) => groups.includes(group));
}
