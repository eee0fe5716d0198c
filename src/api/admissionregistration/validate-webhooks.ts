/** What is wrong with webhooks. [Kubernetes pkg/apis/admissionregistration/validation/validation.go] */

import { isDNS1035Label, isDNS1123Subdomain } from "../../machinery/names.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { complain, labelSelector, optionalOneOf } from "../meta/checks.ts";
import type { ValidatingWebhook } from "../tables/admissionregistration-v1.ts";
import { clientErrors } from "./validate-client.ts";
import { conditionErrors } from "./validate-expressions.ts";
import { ruleErrors } from "./validate-rules.ts";

const SIDE_EFFECTS: readonly string[] = ["None", "NoneOnDryRun"];
const REVIEW_VERSIONS: readonly string[] = ["v1", "v1beta1"];

export function webhookErrors(webhooks: readonly ValidatingWebhook[]): FieldError[] {
  return webhooks.flatMap((webhook, i) => {
    const at = `webhooks[${i}]`;
    const twice = webhook.name && webhooks.slice(0, i).some(({ name }) => name === webhook.name);
    return [
      ...oneErrors(at, webhook),
      ...versionErrors(`${at}.admissionReviewVersions`, webhook.admissionReviewVersions ?? []),
      ...(twice ? [duplicate(`${at}.name`, webhook.name)] : []),
    ];
  });
}

function oneErrors(at: string, webhook: ValidatingWebhook): FieldError[] {
  const { name = "", rules = [], failurePolicy, matchPolicy, sideEffects, timeoutSeconds: timeout } = webhook;
  return [
    ...nameErrors(`${at}.name`, name),
    ...rules.flatMap((rule, i) => ruleErrors(`${at}.rules[${i}]`, rule)),
    ...optionalOneOf(`${at}.failurePolicy`, failurePolicy, ["Fail", "Ignore"]),
    ...optionalOneOf(`${at}.matchPolicy`, matchPolicy, ["Equivalent", "Exact"]),
    ...sideEffectErrors(`${at}.sideEffects`, sideEffects),
    ...(timeout !== undefined && (timeout > 30 || timeout < 1)
      ? [invalid(`${at}.timeoutSeconds`, timeout, "the timeout value must be between 1 and 30 seconds")]
      : []),
    ...labelSelector(`${at}.namespaceSelector`, webhook.namespaceSelector),
    ...labelSelector(`${at}.objectSelector`, webhook.objectSelector),
    ...clientErrors(`${at}.clientConfig`, webhook.clientConfig ?? {}),
    ...conditionErrors(`${at}.matchConditions`, webhook.matchConditions ?? []),
  ];
}

function nameErrors(field: string, name: string): FieldError[] {
  if (name === "") return [required(field, "")];
  const complaints = isDNS1123Subdomain(name);
  if (complaints.length > 0) return [invalid(field, name, complaints.join(","))];
  return name.split(".").length < 3 ? [invalid(field, name, "should be a domain with at least three segments separated by dots")] : [];
}

/** A dry run must do nothing anywhere. */
function sideEffectErrors(field: string, value: string | undefined): FieldError[] {
  if (value === undefined) return [required(field, `must specify one of ${SIDE_EFFECTS.join(", ")}`)];
  return SIDE_EFFECTS.includes(value) ? [] : [notSupported(field, value, SIDE_EFFECTS)];
}

function versionErrors(field: string, versions: readonly string[]): FieldError[] {
  const known = REVIEW_VERSIONS.join(", ");
  if (versions.length === 0) return [required(field, `must specify one of ${known}`)];
  const errors = versions.flatMap((version, i) =>
    versions.indexOf(version) < i ? [invalid(`${field}[${i}]`, version, "duplicate version")] : complain(`${field}[${i}]`, version, isDNS1035Label(version)),
  );
  return versions.some((version) => REVIEW_VERSIONS.includes(version))
    ? errors
    : [...errors, invalid(field, versions, `must include at least one of ${known}`)];
}
