/** The one error that reaches a client: a Kubernetes Status, thrown anywhere below the runner. */

import type { FieldError } from "./field-error.ts";

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The body of a `v1` Status of failure. */
export interface FailureStatus {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  /** What the audit record says instead of the message, where that shows what the client sent. */
  readonly recorded?: string;
  readonly details?: StatusDetails;
  /** Only an expired continue token's Status has metadata: the token to go on with. */
  readonly metadata?: { readonly continue?: string };
}

/** What a refusal is about: group and resource (`deployments`), or kind where Kubernetes names the kind. */
export interface Target {
  readonly group: string;
  readonly resource: string;
}

export class StatusError extends Error {
  override name = "StatusError";
  readonly status: FailureStatus;
  constructor(status: FailureStatus, options?: ErrorOptions) {
    super(status.message, options);
    this.status = status;
  }
}

const details = (target: Target, name: string, more: Partial<StatusDetails> = {}): StatusDetails => ({
  ...(name && { name }),
  ...(target.group && { group: target.group }),
  kind: target.resource,
  ...more,
});
/** `deployments.apps`, `pods` */
const qualified = (target: Target): string => (target.group ? `${target.resource}.${target.group}` : target.resource);

/** @param recorded what the audit record says instead, where the message shows what the client sent */
export function badRequest(message: string, recorded?: string): StatusError {
  return new StatusError({ code: 400, reason: "BadRequest", message, ...(recorded !== undefined && { recorded }) });
}
export function unauthorized(message = "Unauthorized"): StatusError {
  return new StatusError({ code: 401, reason: "Unauthorized", message });
}
/** @param why what stands after the colon; @param causes machine-readable reasons such as `{ reason: "BorrowedRight", field }` */
export function forbidden(target: Target, name: string, why: string, causes?: readonly StatusCause[]): StatusError {
  const subject = target.resource ? (name ? `${qualified(target)} ${JSON.stringify(name)}` : qualified(target)) : "";
  return new StatusError({
    code: 403,
    reason: "Forbidden",
    message: `${subject ? `${subject} is ` : ""}forbidden: ${why}`,
    details: details(target, name, causes ? { causes } : {}),
  });
}
export function notFound(target: Target, name: string): StatusError {
  return new StatusError({ code: 404, reason: "NotFound", message: `${qualified(target)} ${JSON.stringify(name)} not found`, details: details(target, name) });
}
/** A path or resource that the server doesn't have. */
export function noSuchResource(): StatusError {
  return new StatusError({ code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: {} });
}
export function alreadyExists(target: Target, name: string): StatusError {
  return new StatusError({
    code: 409,
    reason: "AlreadyExists",
    message: `${qualified(target)} ${JSON.stringify(name)} already exists`,
    details: details(target, name),
  });
}
export function conflict(target: Target, name: string, why: string, causes?: readonly StatusCause[]): StatusError {
  return new StatusError({
    code: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${qualified(target)} ${JSON.stringify(name)}: ${why}`,
    details: details(target, name, causes ? { causes } : {}),
  });
}
/** @param continueToken where given, the token that goes on inconsistently */
export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError({ code: 410, reason: "Expired", message, ...(continueToken && { metadata: { continue: continueToken } }) });
}
export function tooLarge(message: string): StatusError {
  return new StatusError({ code: 413, reason: "RequestEntityTooLarge", message });
}
export function unsupportedMediaType(message: string): StatusError {
  return new StatusError({ code: 415, reason: "UnsupportedMediaType", message });
}
export function notAcceptable(message: string): StatusError {
  return new StatusError({ code: 406, reason: "NotAcceptable", message });
}
/** A validation failure: 422 with one cause an error. @param kind the kind's name (`Pod`), as Kubernetes gives it here */
export function invalidObject(kind: { readonly group: string; readonly kind: string }, name: string, errors: readonly FieldError[]): StatusError {
  const sentences = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))]; // Each is said once, however often it was found; the causes have them all.
  const text = sentences.length === 1 ? sentences[0] : `[${sentences.join(", ")}]`;
  return new StatusError({
    code: 422,
    reason: "Invalid",
    message: `${kind.group ? `${kind.kind}.${kind.group}` : kind.kind} ${JSON.stringify(name)} is invalid${text ? `: ${text}` : ""}`,
    details: {
      ...(name && { name }),
      ...(kind.group && { group: kind.group }),
      ...(kind.kind && { kind: kind.kind }),
      causes: errors.map((e) => ({ reason: e.type, message: e.message, field: e.field })),
    },
  });
}
export function internalError(error: unknown): StatusError {
  const message = error instanceof Error ? error.message : String(error);
  return new StatusError(
    { code: 500, reason: "InternalError", message: `Internal error occurred: ${message}`, details: { causes: [{ message }] } },
    { cause: error },
  );
}
export function serviceUnavailable(message: string): StatusError {
  return new StatusError({ code: 503, reason: "ServiceUnavailable", message });
}
export function timeout(message: string, retryAfterSeconds = 0): StatusError {
  return new StatusError({ code: 504, reason: "Timeout", message, details: retryAfterSeconds ? { retryAfterSeconds } : {} });
}
