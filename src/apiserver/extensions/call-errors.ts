/** What went wrong with a call to an extension, in the words that Go's libraries have for it: clients of Kubernetes know these. */

import { isIPv6 } from "node:net";
import { ForbiddenAddressError } from "../../machinery/dialer.ts";
import { WebhookError } from "../../machinery/webhook.ts";

/** How much of an answer stands in a message. */
const SHOWN_MAX = 2048;

interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/** @returns why nothing was answered */
export function dialError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address = "", port = 0, hostname = "", message } = error as SystemError;
  const place = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  if (error instanceof ForbiddenAddressError) return `address not allowed: ${message}`;
  switch (code) {
    case "ECONNREFUSED":
      return `dial tcp ${place}: connect: connection refused`;
    case "EHOSTUNREACH":
      return `dial tcp ${place}: connect: no route to host`;
    case "ENOTFOUND":
      return `dial tcp: lookup ${hostname}: no such host`;
    case "ECONNRESET":
      return "EOF";
    case "CERT_HAS_EXPIRED":
      return "tls: failed to verify certificate: x509: certificate has expired or is not yet valid";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `tls: failed to verify certificate: x509: ${message}`;
    default:
      return UNTRUSTED.has(code ?? "") ? "tls: failed to verify certificate: x509: certificate signed by unknown authority" : message;
  }
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);

/** @returns the error of an answer that is no success: its own message where it is a Status (k8s.io/apimachinery, pkg/api/errors, NewGenericServerResponse) */
export function answeredError(code: number, body: Buffer): WebhookError {
  const text = body.subarray(0, SHOWN_MAX).toString().trim();
  return new WebhookError(statusMessage(body) ?? genericMessage(code, text), code);
}

function statusMessage(body: Buffer): string | undefined {
  try {
    const { kind, status, message } = JSON.parse(body.toString()) as { kind?: unknown; status?: unknown; message?: unknown };
    return kind === "Status" && status !== "Success" && typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}

const MESSAGES: ReadonlyMap<number, string> = new Map([
  [400, "the server rejected our request for an unknown reason"],
  [401, "the server has asked for the client to provide credentials"],
  [404, "the server could not find the requested resource"],
  [405, "the server does not allow this method on the requested resource"],
  [406, "the server was unable to respond with a content type that the client supports"],
  [409, "the server reported a conflict"],
  [422, "the server rejected our request due to an error in our request"],
  [429, "the server has received too many requests and has asked us to try again later"],
  [503, "the server is currently unable to handle the request"],
  [504, "the server was unable to return a response in the time allotted, but may still be processing the request"],
]);

function genericMessage(code: number, text: string): string {
  if (text && (code === 403 || code === 406 || code === 415)) return text; // These say what would do.
  const known = MESSAGES.get(code);
  if (known) return known;
  if (code >= 500) return `an error on the server (${JSON.stringify(text || "unknown")}) has prevented the request from succeeding`;
  return `the server responded with the status code ${code} but did not return more information`;
}
