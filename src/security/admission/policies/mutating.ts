/** MutatingAdmissionPolicy: changes of the cluster's own, made here before something is written. [k8s.io/apiserver pkg/admission/plugin/policy/mutating] */

import type { KubeObject } from "../../../api/kind.ts";
import type { MutatingAdmissionPolicyBinding as Binding, MutatingAdmissionPolicy as Policy } from "../../../api/tables/admissionregistration-v1.ts";
import { PER_OBJECT_LIMIT } from "../../../machinery/cel/limits.ts";
import type { Plain } from "../../../machinery/plain.ts";
import { internalError, type StatusCause, StatusError } from "../../../machinery/status/status-error.ts";
import type { Authorizer } from "../../attributes.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { refused } from "../refuse.ts";
import { isExempt } from "../rules.ts";
import { Reinvocations } from "../webhooks/reinvocations.ts";
import { sameObject } from "../webhooks/same-object.ts";
import { versionedAs } from "../webhooks/versions.ts";
import { Asking } from "./authorize.ts";
import { compilePolicy } from "./compiled.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { Budget, BudgetError, Evaluation } from "./evaluate.ts";
import { inputsOf } from "./inputs.ts";
import { type Bound, type Matched, matchOf, matchPolicy, policyList } from "./list.ts";
import { matchConditions } from "./match-conditions.ts";
import type { Pace } from "./pace.ts";
import { ConfigurationError, type Params, paramsOf } from "./params.ts";
import { applied, PatchError, patched } from "./patch.ts";
import type { ExpressionTimes } from "./times.ts";
import { namespaceOf } from "./validating.ts";

const NAME = "MutatingAdmissionPolicy";

function compileMutating({ spec }: Policy) {
  const compiled = compilePolicy(spec);
  return {
    ...compiled,
    mutations: (spec.mutations ?? []).map(({ patchType, jsonPatch, applyConfiguration }) =>
      patchType === "JSONPatch"
        ? { patch: patched, expression: compiled.compile(jsonPatch?.expression ?? "", "jsonPatch", { patches: true }) }
        : { patch: applied, expression: compiled.compile(applyConfiguration?.expression ?? "", "applyConfiguration", { patches: true }) },
    ),
  };
}

type Compiled = ReturnType<typeof compileMutating>;

interface Invocation {
  readonly id: string;
  readonly bound: Bound<Policy, Binding, Compiled>;
  readonly binding: Binding;
  readonly matched: Matched;
  readonly params: Params | undefined;
}

interface Failure {
  readonly policy: Policy;
  readonly binding: Binding | undefined;
  readonly message: string;
  readonly reason?: string;
}

export function mutatingPolicies(authorizer: Authorizer, elsewhere?: Elsewhere, times?: ExpressionTimes): AdmissionPlugin {
  const policiesNow = policyList<Policy, Binding, Compiled>("mutating", compileMutating);
  return {
    name: NAME,
    on: ["*"],
    operations: ["CREATE", "UPDATE", "CONNECT"],
    mutate(request) {
      const policies = policiesNow(request.reader);
      return policies.length === 0 || isExempt(request) ? undefined : run(policies, request, new Asking(authorizer, request.user, elsewhere, times));
    },
  };
}

async function run(policies: readonly Bound<Policy, Binding, Compiled>[], request: AdmissionRequest, asking: Asking): Promise<void> {
  const failures: Failure[] = [];
  const invocations = await invocationsOf(policies, request, failures, asking.pace);
  const state = Reinvocations.of(request.rounds, NAME);
  state.begin(request);
  for (const invocation of invocations) {
    const { bound, binding } = invocation;
    const changed = await invoke(invocation, request, asking, state, (message) => failures.push({ policy: bound.policy, binding, message, reason: "Invalid" }));
    if (changed === undefined) continue;
    if (changed) state.changed();
    if (bound.policy.spec.reinvocationPolicy === "IfNeeded") state.asked(invocation);
  }
  state.end(request);
  refuseFailed(request, failures);
}

async function invocationsOf(
  policies: readonly Bound<Policy, Binding, Compiled>[],
  request: AdmissionRequest,
  failures: Failure[],
  pace: Pace,
): Promise<Invocation[]> {
  const invocations: Invocation[] = [];
  for (const bound of policies) {
    const { policy, bindings } = bound;
    const matched = await configured(failures, policy, undefined, () => matchPolicy(policy, request));
    if (!matched) continue;
    for (const binding of bindings) {
      if (!(await configured(failures, policy, binding, () => matchOf(binding.spec.matchResources, request)))) continue;
      const params = await configured(failures, policy, binding, () => paramsOf(policy.spec.paramKind, binding.spec.paramRef, request, pace));
      for (const one of params ?? []) {
        const { namespace = "", name = "" } = one?.object.metadata ?? {};
        invocations.push({ id: `${policy.metadata.name}/${binding.metadata.name}/${namespace}/${name}`, bound, binding, matched, params: one });
      }
    }
  }
  return invocations;
}

async function configured<T>(failures: Failure[], policy: Policy, binding: Binding | undefined, find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof ConfigurationError) && !(error instanceof StatusError)) throw error;
    failures.push({ policy, binding, message: `failed to configure ${binding ? "binding" : "policy"}: ${error.message}` });
    return undefined;
  }
}

/** @returns whether the object is another now; undefined where the policy wasn't run */
async function invoke(
  { id, bound: { compiled }, matched: { kind, resource }, params }: Invocation,
  request: AdmissionRequest,
  asking: Asking,
  state: Reinvocations,
  fail: (message: string) => void,
): Promise<boolean | undefined> {
  const { object, old } = await versionedAs(kind, request);
  if (!object) return undefined;
  const namespace = await namespaceOf(request);
  const evaluationOf = (current: KubeObject) =>
    new Evaluation(inputsOf({ request, kind, object: current, old, resource, asking, params, namespace }), compiled.variables);
  const conditions = await matchConditions(
    compiled.conditions,
    new Evaluation(inputsOf({ request, kind, object, old, resource, asking, params }), compiled.variables),
  );
  if (typeof conditions !== "boolean") fail(conditions.error);
  if (conditions !== true || !state.isDue({ id })) return undefined;
  let next = object;
  for (const { expression, patch } of compiled.mutations) {
    try {
      const result = await evaluationOf(next).run(expression, new Budget(PER_OBJECT_LIMIT));
      if ("error" in result) throw new PatchError(result.error);
      next = patch(kind, next, result.value);
      kind.rules.defaults?.(next);
    } catch (error) {
      if (!(error instanceof PatchError) && !(error instanceof BudgetError)) throw error;
      fail(error.message);
    }
  }
  if (next === object || sameObject(kind, object, next)) return false;
  replaceMembers(request.object as KubeObject, kind === request.kind ? next : await backToOwn(request, next, kind));
  return true;
}

async function backToOwn({ equivalents, kind: own }: AdmissionRequest, object: KubeObject, from: AdmissionRequest["kind"]): Promise<KubeObject> {
  try {
    return await equivalents.convert(object, from, own);
  } catch (error) {
    throw internalError(error);
  }
}

/** The object in hand stays the same one: the steps after this hold it. */
function replaceMembers(target: KubeObject, source: KubeObject): void {
  for (const name of Object.keys(target)) delete (target as unknown as Plain)[name]; // Members beside metadata differ by kind.
  Object.assign(target, source);
}

/** Throws a StatusError where a policy that fails closed has failed: the first is told, all are causes. */
function refuseFailed(request: AdmissionRequest, failures: readonly Failure[]): void {
  const counted = failures.filter(({ policy }) => policy.spec.failurePolicy !== "Ignore");
  const [first] = counted;
  if (!first) return;
  const texts = counted.map(({ policy, binding, message }) =>
    binding
      ? `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`
      : `policy ${JSON.stringify(policy.metadata.name)} denied request: ${message}`,
  );
  const causes: StatusCause[] = texts.map((message) => ({ message }));
  const { status } = refused(request, "admission request denied by policy", causes);
  throw new StatusError({ ...status, message: texts[0]!, ...(first.reason && { reason: first.reason }) });
}
