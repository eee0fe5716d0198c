/** When a certificate is replaced: at 70 to 90 per cent of its life, so that the nodes of a cluster don't all ask at once. */

import { X509Certificate } from "node:crypto";

/** @param random 0 to 1 @returns milliseconds since 1970 */
export function renewalAtMs(pem: string, random: number): number {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  return from + (to - from) * (0.7 + 0.2 * random);
}

export function isValidAt(pem: string, now: number): boolean {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  return now >= validFromDate.getTime() && now < validToDate.getTime();
}

/** A timer can't wait longer than 2^31 ms; whoever waits for more looks again. */
export const WAIT_MAX_MS = 24 * 3_600_000;

/** Between two replacements, whatever the certificates say: a signer that gives short lives is not asked without a pause. */
export const RENEWAL_MIN_MS = 60_000;
