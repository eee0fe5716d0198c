/** Admission policies and their bindings: rules that the server itself evaluates before something is written. */

import { isDNS1123Subdomain, isPathSegmentName } from "../../machinery/names.ts";
import { duplicate, type FieldError, forbiddenField, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import type { Column, KindRules } from "../kind.ts";
import { complain, labelSelector, optionalOneOf } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { conditionErrors as statusConditionErrors } from "../meta/conditions.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type {
  MatchCondition,
  MatchResources,
  MutatingAdmissionPolicyBinding as MutatingBindingType,
  MutatingAdmissionPolicy as MutatingType,
  ParamKind,
  ParamRef,
  ValidatingAdmissionPolicyBinding as ValidatingBindingType,
  ValidatingAdmissionPolicy as ValidatingType,
} from "../tables/admissionregistration-v1.ts";
import type { LabelSelector } from "../tables/meta-v1.ts";
import { PolicyExpressions } from "./expressions.ts";
import { haveLongExpressions } from "./length.ts";
import { auditErrors, conditionErrors, mutationErrors, paramKindErrors, validationErrors, variableErrors } from "./validate-expressions.ts";
import { namedRuleErrors } from "./validate-rules.ts";
import { staticNameErrors } from "./warnings.ts";

type PolicyType = ValidatingType | MutatingType;
type BindingType = ValidatingBindingType | MutatingBindingType;

const V1 = "admissionregistration.k8s.io/v1";
const UNSET = "<unset>";
/** A deletion changes nothing that could be mutated. */
const MUTATING: readonly string[] = ["*", "CONNECT", "CREATE", "UPDATE"];
const DENY_AND_WARN =
  "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";

const policyRules = {
  defaults({ spec }) {
    spec.failurePolicy ??= "Fail";
    matchDefaults(spec.matchConstraints);
  },
  generation: true,
  conditionalUpdateOnly: true,
  takesLong: ({ spec }) => haveLongExpressions([spec]),
  validateCreate: ({ metadata }) => staticNameErrors(metadata),
} satisfies KindRules<PolicyType>;

const bindingRules = {
  defaults: ({ spec }) => matchDefaults(spec.matchResources),
  generation: true,
  conditionalUpdateOnly: true,
  validate: ({ spec }) => bindingErrors(spec),
  validateCreate: ({ metadata }) => staticNameErrors(metadata),
  columns: [
    nameColumn,
    column("PolicyName", "string", "The policy.", ({ spec }) => spec.policyName ?? ""),
    column("ParamRef", "string", "Its parameters.", ({ spec }) => paramCell(spec.paramRef)),
    ageColumn,
  ],
} satisfies KindRules<BindingType>;

const paramKindColumn: Column<PolicyType> = column("ParamKind", "string", "What its parameters are.", ({ spec }) => paramKindCell(spec.paramKind));

export const ValidatingAdmissionPolicy = kind<ValidatingType>(V1, "validatingadmissionpolicies", {
  ...policyRules,
  validate: ({ metadata, spec }) => [...constraintErrors(spec), ...validatingErrors(metadata.name ?? "", spec)],
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        keepMetadata(next, last);
      },
      validateUpdate: statusErrors,
    },
  },
  columns: [nameColumn, column("Validations", "integer", "How many rules it has.", ({ spec }) => spec.validations?.length ?? 0), paramKindColumn, ageColumn],
});

export const MutatingAdmissionPolicy = kind<MutatingType>(V1, "mutatingadmissionpolicies", {
  ...policyRules,
  validate: ({ spec }) => [...constraintErrors(spec), ...mutatingErrors(spec)],
  columns: [nameColumn, column("Mutations", "integer", "How many changes it makes.", ({ spec }) => spec.mutations?.length ?? 0), paramKindColumn, ageColumn],
});

export const ValidatingAdmissionPolicyBinding = kind<ValidatingBindingType>(V1, "validatingadmissionpolicybindings", {
  ...bindingRules,
  validate: ({ spec }) => [...bindingErrors(spec), ...actionErrors(spec.validationActions ?? [])],
});

export const MutatingAdmissionPolicyBinding = kind<MutatingBindingType>(V1, "mutatingadmissionpolicybindings", bindingRules);

function matchDefaults(match: MatchResources | undefined): void {
  if (!match) return;
  match.matchPolicy ??= "Equivalent";
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= "*";
}

interface PolicySpec {
  failurePolicy?: string;
  paramKind?: ParamKind;
  matchConstraints?: MatchResources;
  matchConditions?: MatchCondition[];
}

function constraintErrors({ failurePolicy, paramKind, matchConstraints, matchConditions = [] }: PolicySpec): FieldError[] {
  const at = "spec.matchConstraints";
  const errors = [
    ...optionalOneOf("spec.failurePolicy", failurePolicy, ["Fail", "Ignore"]),
    ...(paramKind ? paramKindErrors("spec.paramKind", paramKind) : []),
  ];
  if (!matchConstraints) errors.push(required(at, ""));
  else errors.push(...matchErrors(at, matchConstraints));
  if (matchConstraints && !matchConstraints.resourceRules?.length) errors.push(required(`${at}.resourceRules`, ""));
  return [...errors, ...conditionErrors("spec.matchConditions", matchConditions, paramKind !== undefined)];
}

/** What the server's own look at the expressions says, and how far it is. */
function statusErrors({ status }: ValidatingType): FieldError[] {
  const warnings = (status?.typeChecking?.expressionWarnings ?? []).flatMap(({ fieldRef, warning }, i) => {
    const at = `status.typeChecking.expressionWarnings[${i}]`;
    return [...(warning ? [] : [required(`${at}.warning`, "")]), ...pathErrors(`${at}.fieldRef`, fieldRef?.trim() ?? "")];
  });
  return [...warnings, ...statusConditionErrors("status.conditions", status?.conditions)];
}

/** A path of JSONPath, which takes nearly every text: only what opens must close. */
function pathErrors(field: string, path: string): FieldError[] {
  if (path === "") return [required(field, "")];
  return path.lastIndexOf("[") > path.lastIndexOf("]") ? [invalid(field, path, "invalid JSONPath: unterminated array")] : [];
}

function validatingErrors(name: string, { paramKind, variables = [], validations = [], auditAnnotations = [] }: ValidatingType["spec"]): FieldError[] {
  const params = paramKind !== undefined;
  const expressions = new PolicyExpressions(variables.length > 0);
  const errors = variableErrors("spec.variables", variables, expressions, params);
  if (validations.length + auditAnnotations.length === 0) {
    const empty = ["validations", "auditAnnotations"].map((field) =>
      required(`spec.${field}`, "validations or auditAnnotations must contain at least one item"),
    );
    return [...errors, ...empty];
  }
  return [
    ...errors,
    ...validationErrors("spec.validations", validations, expressions, params),
    ...auditErrors("spec.auditAnnotations", name, auditAnnotations, expressions, params),
  ];
}

function mutatingErrors({ paramKind, matchConstraints, variables = [], mutations = [], reinvocationPolicy }: MutatingType["spec"]): FieldError[] {
  const params = paramKind !== undefined;
  const expressions = new PolicyExpressions(true);
  const operations = (matchConstraints?.resourceRules ?? []).flatMap((rule) => rule.operations ?? []);
  return [
    ...operations
      .filter((operation) => !MUTATING.includes(operation))
      .map((operation) => notSupported("spec.matchConstraints.resourceRules.operations", operation, MUTATING)),
    ...variableErrors("spec.variables", variables, expressions, params),
    ...mutationErrors("spec.mutations", mutations, expressions, params),
    ...(reinvocationPolicy ? optionalOneOf("spec.reinvocationPolicy", reinvocationPolicy, ["IfNeeded", "Never"]) : [required("spec.reinvocationPolicy", "")]),
  ];
}

function matchErrors(
  at: string,
  { matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] }: MatchResources,
): FieldError[] {
  return [
    ...optionalOneOf(`${at}.matchPolicy`, matchPolicy, ["Equivalent", "Exact"]),
    ...labelSelector(`${at}.namespaceSelector`, namespaceSelector),
    ...labelSelector(`${at}.objectSelector`, objectSelector),
    ...resourceRules.flatMap((rule, i) => namedRuleErrors(`${at}.resourceRules[${i}]`, rule)),
    ...excludeResourceRules.flatMap((rule, i) => namedRuleErrors(`${at}.excludeResourceRules[${i}]`, rule)),
  ];
}

interface BindingSpec {
  policyName?: string;
  paramRef?: ParamRef;
  matchResources?: MatchResources;
}

function bindingErrors({ policyName, paramRef, matchResources }: BindingSpec): FieldError[] {
  return [
    ...(policyName ? complain("spec.policyName", policyName, isDNS1123Subdomain(policyName)) : [required("spec.policyName", "")]),
    ...(paramRef ? paramErrors("spec.paramRef", paramRef) : []),
    ...(matchResources ? matchErrors("spec.matchResources", matchResources) : []),
  ];
}

function paramErrors(at: string, { name, selector, parameterNotFoundAction: action }: ParamRef): FieldError[] {
  const errors = [...(name ? complain(`${at}.name`, name, isPathSegmentName(name)) : []), ...labelSelector(`${at}.selector`, selector)];
  if (name && selector) for (const member of ["name", "selector"]) errors.push(forbiddenField(`${at}.${member}`, "name and selector are mutually exclusive"));
  if (!name && !selector) errors.push(required(at, "one of name or selector must be specified"));
  if (!action) return [...errors, required(`${at}.parameterNotFoundAction`, "")];
  return [...errors, ...optionalOneOf(`${at}.parameterNotFoundAction`, action, ["Deny", "Allow"])];
}

function actionErrors(actions: readonly string[]): FieldError[] {
  const field = "spec.validationActions";
  if (actions.length === 0) return [required(field, "")];
  const errors = actions.flatMap((action, i) => [
    ...optionalOneOf(`${field}[${i}]`, action, ["Audit", "Deny", "Warn"]),
    ...(actions.indexOf(action) < i ? [duplicate(`${field}[${i}]`, action)] : []),
  ]);
  return actions.includes("Deny") && actions.includes("Warn") ? [...errors, invalid(field, actions, DENY_AND_WARN)] : errors;
}

function paramKindCell(param: ParamKind | undefined): string {
  return param ? `${param.apiVersion ?? ""}/${param.kind ?? ""}` : UNSET;
}

function paramCell(param: ParamRef | undefined): string {
  if (param?.name) return `${param.namespace || "*"}/${param.name}`;
  return param?.selector ? printed(param.selector) : UNSET;
}

/** As Go prints a selector, which is what Kubernetes shows here. */
function printed({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.keys(matchLabels).sort();
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`,
  );
  const map = labels.map((key) => `${key}: ${matchLabels[key]},`);
  return `&LabelSelector{MatchLabels:map[string]string{${map.join("")}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join("")}},}`;
}
