/** How objects come from one version to another: not at all but for the number, or by a webhook. */

import { isDNS1035Label } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, required } from "../../machinery/status/field-error.ts";
import { clientErrors } from "../admissionregistration/validate-client.ts";
import { oneOf } from "../meta/checks.ts";
import type { CustomResourceConversion } from "../tables/apiextensions-v1.ts";
import type { Leniency } from "./leniency.ts";

/** Versions of ConversionReview that are understood, or once were. */
export const REVIEW_VERSIONS: readonly string[] = ["v1", "v1beta1"];

export function conversionErrors(at: string, conversion: CustomResourceConversion | undefined, lenient: Leniency): FieldError[] {
  if (!conversion) return [];
  const { strategy, webhook } = conversion;
  const errors = oneOf(`${at}.strategy`, strategy, ["None", "Webhook"]);
  const client = `${at}.webhookClientConfig`;
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy !== "Webhook") {
    const why = "should not be set when strategy is not set to Webhook";
    if (webhook?.clientConfig) errors.push(forbiddenField(client, why));
    if (versions.length > 0) errors.push(forbiddenField(`${at}.conversionReviewVersions`, why));
    return errors;
  }
  if (!webhook?.clientConfig) errors.push(required(client, "required when strategy is set to Webhook"));
  else {
    errors.push(...clientErrors(client, webhook.clientConfig));
    if (webhook.clientConfig.caBundle && !lenient.anyAuthority && !isAuthority(webhook.clientConfig.caBundle)) {
      errors.push(invalid(`${client}.caBundle`, webhook.clientConfig.caBundle, "unable to load root certificates: unable to parse bytes as PEM block"));
    }
  }
  return [...errors, ...reviewErrors(`${at}.conversionReviewVersions`, versions, lenient)];
}

/** @param bundle base64 of PEM. @returns whether certificates are in it */
export function isAuthority(bundle: string): boolean {
  return /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(Buffer.from(bundle, "base64").toString("latin1"));
}

function reviewErrors(at: string, versions: readonly string[], lenient: Leniency): FieldError[] {
  if (versions.length === 0) return [required(at, "")];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, version] of versions.entries()) {
    if (seen.has(version)) errors.push(invalid(`${at}[${i}]`, version, "duplicate version"));
    else for (const complaint of isDNS1035Label(version)) errors.push(invalid(`${at}[${i}]`, version, complaint));
    seen.add(version);
  }
  if (!lenient.unknownReviews && !versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(at, versions, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`));
  }
  return errors;
}
