/** ValidatingAdmissionWebhook: all webhooks that are about a request are asked at once, and each may refuse it. [k8s.io/apiserver pkg/admission/plugin/webhook/validating] */

import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { isExempt } from "../rules.ts";
import { type Asking, ask, CallError, checkTime, failClosed } from "./ask.ts";
import { hookList } from "./hooks.ts";
import { type Invocation, invocationOf } from "./match.ts";
import type { MatchConditions } from "./match-conditions.ts";
import { type WebhookFamilies, WebhookMetrics } from "./metrics.ts";
import { versionedAs } from "./versions.ts";

export interface WebhookOptions extends Asking {
  readonly conditions: MatchConditions;
  readonly families: WebhookFamilies;
}

export function validatingWebhooks(options: WebhookOptions): AdmissionPlugin {
  const hooksNow = hookList("validatingwebhookconfigurations");
  const metrics = new WebhookMetrics(options.families, "validating");
  return {
    name: "ValidatingAdmissionWebhook",
    on: ["*"],
    operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
    validate(request) {
      const hooks = hooksNow(request.reader);
      return hooks.length === 0 || isExempt(request) ? undefined : askAll();

      async function askAll(): Promise<void> {
        const invocations: Invocation[] = [];
        for (const hook of hooks) {
          const invocation = await invocationOf(hook, request);
          if (invocation && (await options.conditions(invocation, request))) invocations.push(invocation);
        }
        if (invocations.length === 0) return;
        checkTime(request, options.clock);
        const errors = await Promise.all(invocations.map((invocation, index) => askOne(options, metrics, request, invocation, index)));
        const first = errors.find((error) => error !== undefined);
        if (first) throw first;
      }
    },
  };
}

/** @returns what refuses the request */
async function askOne(options: WebhookOptions, metrics: WebhookMetrics, request: AdmissionRequest, invocation: Invocation, index: number): Promise<unknown> {
  const { hook } = invocation;
  try {
    const versioned = await versionedAs(invocation.kind, request);
    await metrics.measure(hook, request.operation, () => ask(options, request, invocation, versioned, false));
    return undefined;
  } catch (error) {
    if (!(error instanceof CallError)) return error;
    if (!hook.failsOpen) return failClosed(error);
    request.annotate(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, hook.webhook.name);
    return undefined;
  }
}
