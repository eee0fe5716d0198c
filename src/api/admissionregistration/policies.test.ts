/** Policies and their bindings. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { MatchResources, ParamRef, ValidatingAdmissionPolicy as ValidatingType } from "../tables/admissionregistration-v1.ts";
import { MutatingAdmissionPolicy, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from "./policies.ts";

const context = { now: 0 };
const matchConstraints = (): MatchResources => ({ resourceRules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }] });
const policy = (spec: Partial<ValidatingType["spec"]> = {}): ValidatingType => ({
  metadata: { name: "p" },
  spec: { matchConstraints: matchConstraints(), validations: [{ expression: "true" }], ...spec },
});
const fields = (errors: readonly { readonly field: string }[] | undefined) => errors?.map(({ field }) => field);

test("a policy fails closed and is about all scopes and equivalent requests, unless it says otherwise", () => {
  const one = policy();
  ValidatingAdmissionPolicy.rules.defaults?.(one);
  const { failurePolicy, matchConstraints: match } = one.spec;
  assert.deepEqual([failurePolicy, match?.matchPolicy, match?.namespaceSelector, match?.resourceRules?.[0]?.scope], ["Fail", "Equivalent", {}, "*"]);
});

test("a policy is about something and has something to say", () => {
  const of = (spec: Partial<ValidatingType["spec"]>) => fields(ValidatingAdmissionPolicy.rules.validate?.(policy(spec), context));
  assert.deepEqual(of({}), []);
  assert.deepEqual(of({ matchConstraints: {} }), ["spec.matchConstraints.resourceRules"]);
  assert.deepEqual(of({ validations: [] }), ["spec.validations", "spec.auditAnnotations"]);
  assert.deepEqual(of({ failurePolicy: "Maybe", validations: [{ expression: "params.a" }] }), ["spec.failurePolicy", "spec.validations[0].expression"]);
});

test("a policy's status has whole conditions and warnings, and changes nothing else", () => {
  const { status } = ValidatingAdmissionPolicy.rules.subresources ?? {};
  const of = (next: ValidatingType["status"]) => fields(status?.validateUpdate?.({ ...policy(), status: next }, policy(), context));
  const condition = { type: "A", status: "True", reason: "R", message: "", lastTransitionTime: "2025-03-04T12:00:00Z" };
  assert.deepEqual(of({ conditions: [condition], typeChecking: { expressionWarnings: [{ fieldRef: "spec.validations[0].expression", warning: "w" }] } }), []);
  assert.deepEqual(of({ conditions: [{ ...condition, status: "x" }] }), ["status.conditions[0].status"]);
  const warnings = [
    { fieldRef: "", warning: "" },
    { fieldRef: "spec.x[", warning: "w" },
  ];
  assert.deepEqual(of({ typeChecking: { expressionWarnings: warnings } }), [
    "status.typeChecking.expressionWarnings[0].warning",
    "status.typeChecking.expressionWarnings[0].fieldRef",
    "status.typeChecking.expressionWarnings[1].fieldRef",
  ]);
  const next = policy({ failurePolicy: "Ignore" });
  next.metadata.labels = { a: "b" };
  status?.prepareUpdate?.(next, policy(), context);
  assert.deepEqual([next.spec.failurePolicy, next.metadata.labels], [undefined, undefined]);
});

test("a deletion changes nothing that could be mutated", () => {
  const match = matchConstraints();
  match.resourceRules![0]!.operations = ["CREATE", "DELETE"];
  const spec = {
    matchConstraints: match,
    reinvocationPolicy: "Never",
    mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression: "Object{}" } }],
  };
  assert.deepEqual(fields(MutatingAdmissionPolicy.rules.validate?.({ metadata: { name: "p" }, spec }, context)), [
    "spec.matchConstraints.resourceRules.operations",
  ]);
});

test("a binding says what happens, with parameters by name or by labels", () => {
  const of = (paramRef: ParamRef | undefined, ...validationActions: string[]) =>
    fields(
      ValidatingAdmissionPolicyBinding.rules.validate?.(
        { metadata: { name: "b" }, spec: { policyName: "p", validationActions, ...(paramRef && { paramRef }) } },
        context,
      ),
    );
  assert.deepEqual(of({ name: "a", parameterNotFoundAction: "Deny" }, "Deny", "Audit"), []);
  assert.deepEqual(
    [of(undefined), of(undefined, "Deny", "Warn"), of(undefined, "Deny", "Deny")],
    [["spec.validationActions"], ["spec.validationActions"], ["spec.validationActions[1]"]],
  );
  assert.deepEqual(of({ name: "a", selector: {}, parameterNotFoundAction: "Deny" }, "Deny"), ["spec.paramRef.name", "spec.paramRef.selector"]);
  assert.deepEqual(of({}, "Deny"), ["spec.paramRef", "spec.paramRef.parameterNotFoundAction"]);
});

test("thousands of expressions take long", () => {
  const many = Array.from({ length: 1000 }, () => ({ expression: "true" }));
  assert.deepEqual(
    [ValidatingAdmissionPolicy.rules.takesLong?.(policy()), ValidatingAdmissionPolicy.rules.takesLong?.(policy({ validations: many }))],
    [false, true],
  );
});
