/** Asks one webhook, and what its answer, or its silence, means for the request. */

import type { AdmissionResponse } from "../../../api/tables/admission-v1.ts";
import type { Status } from "../../../api/tables/meta-v1.ts";
import type { Clock } from "../../../machinery/clock.ts";
import type { Random } from "../../../machinery/random.ts";
import { badRequest, internalError, StatusError, timeout } from "../../../machinery/status/status-error.ts";
import { type WebhookAddress, type WebhookClient, WebhookError } from "../../../machinery/webhook.ts";
import type { AdmissionRequest } from "../plugin.ts";
import type { Invocation } from "./match.ts";
import { decodeReview, responseOf, reviewJson, reviewVersion, type Versioned } from "./review.ts";

export interface Asking {
  readonly client: WebhookClient;
  readonly clock: Clock;
  readonly random: Random;
}

const UNAVAILABLE = 503;
const UNASKABLE = 400;

/** A webhook that couldn't be asked, or whose answer is none. Its failure policy says what that means. */
export class CallError extends Error {
  override name = "CallError";
  /** As metrics tell failures apart: what the webhook's server answered, else 503, or 400 where it can't be asked at all. */
  readonly code: number;
  constructor(webhook: string, why: string, code = UNAVAILABLE, options?: ErrorOptions) {
    super(`failed calling webhook ${JSON.stringify(webhook)}: ${why}`, options);
    this.code = code;
  }
}

const TIMEOUT_SECONDS = 10;

/**
 * @returns the answer of a webhook that lets the request pass
 * @throws CallError where there is no answer; StatusError where the webhook refuses
 */
export async function ask(
  asking: Asking,
  request: AdmissionRequest,
  invocation: Invocation,
  versioned: Versioned,
  mutating: boolean,
): Promise<AdmissionResponse> {
  const { webhook } = invocation.hook;
  const { name, sideEffects } = webhook;
  if (request.dryRun && sideEffects !== "None" && sideEffects !== "NoneOnDryRun")
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  const uid = asking.random.uuid();
  const version = attempt(name, "could not create admission objects", () => reviewVersion(webhook.admissionReviewVersions), UNASKABLE);
  const body = reviewJson(version, uid, request, invocation, versioned);
  const answer = await post(asking, request, invocation, body);
  const review = attempt(name, "failed to call webhook", () => decodeReview(answer, version));
  const response = attempt(name, "received invalid webhook response", () => responseOf(review, version, uid, mutating));
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {})) request.annotate(`${name}/${key}`, value);
  for (const warning of response.warnings ?? []) request.warn(warning);
  if (!response.allowed) throw refusal(name, response.status);
  return response;
}

async function post({ client, clock }: Asking, request: AdmissionRequest, { hook }: Invocation, body: string): Promise<Buffer> {
  const { name, clientConfig, timeoutSeconds = TIMEOUT_SECONDS } = hook.webhook;
  const left = request.deadline === undefined ? Number.POSITIVE_INFINITY : Math.max(request.deadline - clock.now(), 1);
  try {
    const how = { timeoutMs: Math.min(timeoutSeconds * 1000, left), signal: request.gone, traced: request.traced?.() };
    return await client.post(clientConfig as WebhookAddress, body, how);
  } catch (error) {
    const code = (error instanceof WebhookError && error.code) || UNAVAILABLE;
    throw new CallError(name, `failed to call webhook: ${error instanceof Error ? error.message : String(error)}`, code, { cause: error });
  }
}

function attempt<T>(name: string, what: string, work: () => T, code = UNAVAILABLE): T {
  try {
    return work();
  } catch (error) {
    throw new CallError(name, `${what}: ${error instanceof Error ? error.message : String(error)}`, code, { cause: error });
  }
}

/** The webhook's own Status, which never looks like a success. [k8s.io/apiserver pkg/admission/plugin/webhook/errors] */
function refusal(webhook: string, status: Partial<Status> = {}): StatusError {
  const { code = 0, reason = "", message = "", details } = status;
  const denied = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  return new StatusError({
    code: Math.max(Number(code), 400),
    reason,
    message: message || reason ? `${denied}: ${message || reason}` : `${denied} without explanation`,
    ...(details && { details: { ...details, ...(details.retryAfterSeconds !== undefined && { retryAfterSeconds: Number(details.retryAfterSeconds) }) } }),
  });
}

/** @returns what a failed call is to the client, where the webhook doesn't fail open */
export function failClosed(error: CallError): StatusError {
  return internalError(error);
}

/** A webhook's failure may be ignored, but not that the request's own time is over. */
export function checkTime({ deadline, gone }: AdmissionRequest, clock: Clock): void {
  if (gone.aborted || (deadline !== undefined && clock.now() >= deadline)) throw timeout("request did not complete within requested timeout");
}
