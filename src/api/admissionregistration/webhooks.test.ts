/** Webhooks: named, reachable, without side effects, about something. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ValidatingWebhookConfiguration as ConfigurationType, RuleWithOperations } from "../tables/admissionregistration-v1.ts";
import { ValidatingWebhookConfiguration } from "./webhooks.ts";

const context = { now: 0 };
const rule: RuleWithOperations = { operations: ["CREATE"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] };

function configuration(url: string, ...rules: RuleWithOperations[]): ConfigurationType {
  const webhook = { name: "policy.example.com", clientConfig: { url }, rules, sideEffects: "None", admissionReviewVersions: ["v1"] };
  return { metadata: { name: "c" }, webhooks: [webhook] };
}

const fieldsOf = (one: ConfigurationType) =>
  ValidatingWebhookConfiguration.rules.validate?.(one, context).map(({ field }) => field.replace("webhooks[0].", ""));

test("a webhook fails closed and answers within ten seconds, unless it says otherwise", () => {
  const one = configuration("https://policy.example.com/", rule);
  ValidatingWebhookConfiguration.rules.defaults?.(one);
  const [{ failurePolicy, timeoutSeconds, rules } = { failurePolicy: "", timeoutSeconds: 0 }] = one.webhooks ?? [];
  assert.deepEqual([failurePolicy, timeoutSeconds, rules?.[0]?.scope], ["Fail", 10, "*"]);
  assert.deepEqual(fieldsOf(one), []);
});

test("a webhook is reached over TLS, with nothing in its URL but where it is", () => {
  for (const url of ["http://h/", "https:///x", "https://u@h/", "https://h/?a", "https://h/#a"]) {
    assert.deepEqual(fieldsOf(configuration(url, rule)), ["clientConfig.url"], url);
  }
});

test("a wildcard stands alone", () => {
  const at = "rules[0].resources";
  const of = (...resources: string[]) => fieldsOf(configuration("https://h/", { ...rule, resources }));
  assert.deepEqual([of("*"), of("*/*"), of("pods/*", "services")], [[], [], []]);
  assert.deepEqual([of("*", "pods"), of("*/*", "pods"), of("pods/*", "pods/status")], [[at], [at], [`${at}[1]`]]);
});

test("rules about questions that are answered at once are warned of", () => {
  const one = configuration("https://h/", { ...rule, apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"] });
  assert.deepEqual(ValidatingWebhookConfiguration.rules.warnings?.(one, undefined), [
    "webhooks[0].rules[0]: tokenreviews.authentication.k8s.io is excluded from admission webhooks; this rule will have no effect",
  ]);
});
