/** Conditions under which a policy or a webhook is about a request, in CEL. [k8s.io/apiserver pkg/admission/plugin/webhook/matchconditions] */

import { MATCH_CONDITIONS_LIMIT } from "../../../machinery/cel/limits.ts";
import type { Authorizer } from "../../attributes.ts";
import { refused } from "../refuse.ts";
import type { MatchConditions } from "../webhooks/match-conditions.ts";
import { versionedAs } from "../webhooks/versions.ts";
import { Asking } from "./authorize.ts";
import { compileConditions, type Expression } from "./compiled.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { Budget, BudgetError, Evaluation } from "./evaluate.ts";
import { inputsOf } from "./inputs.ts";
import type { ExpressionTimes } from "./times.ts";

/** @returns whether all conditions are true: a false one decides whatever the others are; else the errors */
export async function matchConditions(conditions: readonly Expression[], evaluation: Evaluation): Promise<boolean | { readonly error: string }> {
  const budget = new Budget(MATCH_CONDITIONS_LIMIT);
  const errors: string[] = [];
  try {
    for (const condition of conditions) {
      const result = await evaluation.run(condition, budget);
      if ("error" in result) errors.push(result.error);
      else if (result.value === false) return false;
    }
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    return { error: error.message };
  }
  if (errors.length === 0) return true;
  return { error: errors.length === 1 ? errors[0]! : `[${errors.join(", ")}]` };
}

/** The match conditions of webhooks. */
export function webhookConditions(authorizer: Authorizer, elsewhere?: Elsewhere, times?: ExpressionTimes): MatchConditions {
  const compiled = new WeakMap<object, readonly Expression[]>();
  return async ({ hook, kind, resource }, request) => {
    const conditions = hook.webhook.matchConditions ?? [];
    if (conditions.length === 0) return true;
    let expressions = compiled.get(hook.webhook);
    if (!expressions) {
      expressions = compileConditions(conditions);
      compiled.set(hook.webhook, expressions);
    }
    const { object, old } = await versionedAs(kind, request);
    const inputs = inputsOf({ request, kind, object, old, resource, asking: new Asking(authorizer, request.user, elsewhere, times) });
    const matched = await matchConditions(expressions, new Evaluation(inputs, new Map()));
    if (typeof matched === "boolean") return matched;
    if (hook.failsOpen) return false;
    throw refused(request, matched.error);
  };
}
