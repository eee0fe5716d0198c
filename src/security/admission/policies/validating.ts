/** ValidatingAdmissionPolicy: rules of the cluster's own, evaluated here before something is written. [k8s.io/apiserver pkg/admission/plugin/policy/validating] */

import type { ValidatingAdmissionPolicyBinding as Binding, ValidatingAdmissionPolicy as Policy } from "../../../api/tables/admissionregistration-v1.ts";
import type { Namespace } from "../../../api/tables/core-v1.ts";
import { PER_OBJECT_LIMIT } from "../../../machinery/cel/limits.ts";
import { usableMessage } from "../../../machinery/cel/rules/validate.ts";
import { notFound, StatusError } from "../../../machinery/status/status-error.ts";
import type { Authorizer } from "../../attributes.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refused } from "../refuse.ts";
import { isExempt } from "../rules.ts";
import { versionedAs } from "../webhooks/versions.ts";
import { Asking } from "./authorize.ts";
import { compilePolicy } from "./compiled.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { Budget, BudgetError, Evaluation } from "./evaluate.ts";
import { inputsOf } from "./inputs.ts";
import { type Bound, type Matched, matchOf, matchPolicy, policyList } from "./list.ts";
import { matchConditions } from "./match-conditions.ts";
import { ConfigurationError, type Params, paramsOf } from "./params.ts";
import { type Report, Reports } from "./report.ts";
import type { ExpressionTimes } from "./times.ts";

const CODES: ReadonlyMap<string, number> = new Map([
  ["Forbidden", 403],
  ["Unauthorized", 401],
  ["RequestEntityTooLarge", 413],
]);

function compileValidating({ spec }: Policy) {
  const compiled = compilePolicy(spec);
  return {
    ...compiled,
    validations: (spec.validations ?? []).map((validation) => ({
      ...validation,
      check: compiled.compile(validation.expression, "condition"),
      say: validation.messageExpression ? compiled.compile(validation.messageExpression, "message", { authorizer: false }) : undefined,
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({ key, value: compiled.compile(valueExpression.trim(), "annotation") })),
  };
}

type Compiled = ReturnType<typeof compileValidating>;

export function validatingPolicies(authorizer: Authorizer, elsewhere?: Elsewhere, times?: ExpressionTimes): AdmissionPlugin {
  const policiesNow = policyList<Policy, Binding, Compiled>("validating", compileValidating);
  return {
    name: "ValidatingAdmissionPolicy",
    on: ["*"],
    operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
    validate(request) {
      const policies = policiesNow(request.reader);
      return policies.length === 0 || isExempt(request) ? undefined : judge(policies, request, new Asking(authorizer, request.user, elsewhere, times));
    },
  };
}

/** Throws a StatusError where a policy denies the request: all are evaluated, the first denial is told. */
async function judge(policies: readonly Bound<Policy, Binding, Compiled>[], request: AdmissionRequest, asking: Asking): Promise<void> {
  const reports = new Reports(request);
  for (const bound of policies) {
    const { policy, bindings } = bound;
    const matched = await configured(reports, policy, undefined, () => matchPolicy(policy, request));
    if (!matched) continue;
    for (const binding of bindings) {
      const concerned = await configured(reports, policy, binding, () => matchOf(binding.spec.matchResources, request));
      if (!concerned) continue;
      const params = await configured(reports, policy, binding, () => paramsOf(policy.spec.paramKind, binding.spec.paramRef, request, asking.pace));
      for (const one of params ?? []) reports.add(policy, binding, await evaluate(bound, matched, one, request, asking));
    }
    reports.publish(policy);
  }
  const denial = reports.end();
  if (!denial) return;
  const { policy, binding, message, reason = "Invalid" } = denial;
  const name = `ValidatingAdmissionPolicy '${policy.metadata.name}'${binding ? ` with binding '${binding.metadata.name}'` : ""}`;
  const text = `${name} denied request: ${message}`;
  const { status } = refused(request, text, [{ message: text }]);
  throw new StatusError({ ...status, reason, code: CODES.get(reason) ?? 422 });
}

/** What can't be found out makes the policy fail, as it wants to. */
async function configured<T>(reports: Reports, policy: Policy, binding: Binding | undefined, find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof ConfigurationError) && !(error instanceof StatusError)) throw error;
    if (policy.spec.failurePolicy !== "Ignore")
      reports.deny({ policy, binding, message: `failed to configure ${binding ? "binding" : "policy"}: ${error.message}` });
    return undefined;
  }
}

async function evaluate(
  { policy, compiled }: Bound<Policy, Binding, Compiled>,
  { kind, resource }: Matched,
  params: Params | undefined,
  request: AdmissionRequest,
  asking: Asking,
): Promise<Report> {
  const failed = (message: string): Report => ({ decisions: policy.spec.failurePolicy === "Ignore" ? [] : [{ index: 0, message }], annotations: [] });
  const { object, old } = await versionedAs(kind, request);
  const conditions = new Evaluation(inputsOf({ request, kind, object, old, resource, asking, params }), compiled.variables);
  const matched = await matchConditions(compiled.conditions, conditions);
  if (typeof matched !== "boolean") return failed(matched.error);
  if (!matched) return { decisions: [], annotations: [] };
  const inputs = inputsOf({ request, kind, object, old, resource, asking, params, namespace: await namespaceOf(request) });
  const evaluation = new Evaluation(inputs, compiled.variables);
  try {
    const decisions = await validations(policy, compiled, evaluation);
    return { decisions, annotations: await annotations(policy, compiled, evaluation) };
  } catch (error) {
    if (error instanceof BudgetError) return failed(error.message);
    throw error;
  }
}

/** The namespace that the request is in; none for a namespace itself. */
export async function namespaceOf({ kind, namespace, reader }: AdmissionRequest): Promise<Namespace | undefined> {
  if (namespace === "" || (kind.group === "" && kind.name === "Namespace")) return undefined;
  const found = reader.get<Namespace>("", "namespaces", "", namespace) ?? (await reader.getFresh<Namespace>("", "namespaces", "", namespace));
  if (!found) throw notFound({ group: "", resource: "namespaces" }, namespace);
  return found;
}

async function validations(policy: Policy, { validations: all }: Compiled, evaluation: Evaluation): Promise<Report["decisions"]> {
  const budget = new Budget(PER_OBJECT_LIMIT);
  const decisions: Report["decisions"][number][] = [];
  const ignored = policy.spec.failurePolicy === "Ignore";
  const broken: { index: number; validation: Compiled["validations"][number] }[] = [];
  for (const [index, validation] of all.entries()) {
    const result = await evaluation.run(validation.check, budget);
    if ("error" in result) {
      if (!ignored) decisions.push({ index, message: result.error });
    } else if (result.value !== true) broken.push({ index, validation });
  }
  for (const { index, validation } of broken) {
    const { expression, message = "", reason = "Invalid", say } = validation;
    const said = say && (await evaluation.run(say, budget));
    const text = said && "value" in said ? usableMessage(said.value) : undefined;
    decisions.push({ index, reason, message: text ?? (message.trim() || `failed expression: ${expression.trim()}`) });
  }
  return decisions.toSorted((a, b) => a.index - b.index);
}

async function annotations(policy: Policy, { annotations: all }: Compiled, evaluation: Evaluation): Promise<Report["annotations"]> {
  const budget = new Budget(PER_OBJECT_LIMIT);
  const made: Report["annotations"][number][] = [];
  for (const { key, value } of all) {
    const result = await evaluation.run(value, budget);
    if ("error" in result) {
      if (policy.spec.failurePolicy !== "Ignore") made.push({ key, error: result.error });
    } else if (typeof result.value === "string" && result.value.trim() !== "") made.push({ key, value: result.value.trim() });
  }
  return made;
}
