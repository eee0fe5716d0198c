/** Configurations of webhooks: who else is asked before something is written. */

import { kind } from "../declare.ts";
import type { KindRules } from "../kind.ts";
import { optionalOneOf } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type {
  MutatingWebhookConfiguration as MutatingType,
  ValidatingWebhookConfiguration as ValidatingType,
  ValidatingWebhook,
} from "../tables/admissionregistration-v1.ts";
import { haveLongExpressions } from "./length.ts";
import { webhookErrors } from "./validate-webhooks.ts";
import { reviewWarnings, staticNameErrors } from "./warnings.ts";

const V1 = "admissionregistration.k8s.io/v1";
const PORT = 443;
const TIMEOUT_SECONDS = 10;

function webhookDefaults(webhook: ValidatingWebhook): void {
  webhook.failurePolicy ??= "Fail";
  webhook.matchPolicy ??= "Equivalent";
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= TIMEOUT_SECONDS;
  for (const rule of webhook.rules ?? []) rule.scope ??= "*";
  const service = webhook.clientConfig?.service;
  if (service) service.port ??= PORT;
}

const rules: KindRules<ValidatingType> = {
  defaults: ({ webhooks }) => webhooks?.forEach(webhookDefaults),
  generation: ["webhooks"],
  conditionalUpdateOnly: true,
  validate: ({ webhooks }) => webhookErrors(webhooks ?? []),
  takesLong: ({ webhooks }) => haveLongExpressions(webhooks ?? []),
  validateCreate: ({ metadata }) => staticNameErrors(metadata),
  warnings: ({ webhooks }) => reviewWarnings(webhooks ?? []),
  columns: [nameColumn, column("Webhooks", "integer", "How many webhooks are asked.", ({ webhooks }) => webhooks?.length ?? 0), ageColumn],
};

export const ValidatingWebhookConfiguration = kind<ValidatingType>(V1, "validatingwebhookconfigurations", rules);

export const MutatingWebhookConfiguration = kind<MutatingType>(V1, "mutatingwebhookconfigurations", {
  ...rules,
  defaults({ webhooks = [] }) {
    for (const webhook of webhooks) {
      webhookDefaults(webhook);
      webhook.reinvocationPolicy ??= "Never";
    }
  },
  validate: ({ webhooks = [] }) => [
    ...webhookErrors(webhooks),
    ...webhooks.flatMap(({ reinvocationPolicy }, i) => optionalOneOf(`webhooks[${i}].reinvocationPolicy`, reinvocationPolicy, ["IfNeeded", "Never"])),
  ],
});
