/** What is wrong with the expressions of policies and webhooks. [Kubernetes pkg/apis/admissionregistration/validation/validation.go] */

import { isDNS1035Label, isDNS1123Subdomain, isQualifiedName } from "../../machinery/names.ts";
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from "../../machinery/status/field-error.ts";
import { complain, qualifiedName } from "../meta/checks.ts";
import type { AuditAnnotation, MatchCondition, Mutation, ParamKind, Validation, Variable } from "../tables/admissionregistration-v1.ts";
import { compileFor, type ExpressionOptions, PolicyExpressions, RETURNS } from "./expressions.ts";

const CONDITIONS_MAX = 64;
const ANNOTATIONS_MAX = 20;
const VALUE_EXPRESSION_BYTES_MAX = 5 * 1024;
const REASONS: readonly string[] = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const PATCH_TYPES: readonly string[] = ["ApplyConfiguration", "JSONPatch"];
const RESERVED: ReadonlySet<string> = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(" "),
);
const NEWLINE = /[\n\r]/;

function expressionErrors(
  field: string,
  expression: string,
  expressions: PolicyExpressions,
  options: ExpressionOptions,
  sort: keyof typeof RETURNS,
): FieldError[] {
  const compiled = compileFor(expression, expressions.environment(options), RETURNS[sort]);
  return "error" in compiled ? [invalid(field, expression, compiled.error)] : [];
}

/** @param params whether the conditions may name `params` */
export function conditionErrors(at: string, conditions: readonly MatchCondition[], params = false): FieldError[] {
  const expressions = new PolicyExpressions(false);
  const many = conditions.length > CONDITIONS_MAX ? [tooMany(at, conditions.length, CONDITIONS_MAX)] : [];
  const each = conditions.flatMap(({ name = "", expression = "" }, i) => {
    const twice = name && conditions.slice(0, i).some((one) => one.name === name);
    const text = expression.trim();
    const field = `${at}[${i}].expression`;
    return [
      ...(text ? expressionErrors(field, text, expressions, { params }, "condition") : [required(field, "")]),
      ...(name ? qualifiedName(`${at}[${i}].name`, name) : [required(`${at}[${i}].name`, "")]),
      ...(twice ? [duplicate(`${at}[${i}].name`, name)] : []),
    ];
  });
  return [...many, ...each];
}

/** Compiles the variables, so that the expressions after them may name them. */
export function variableErrors(at: string, variables: readonly Variable[], expressions: PolicyExpressions, params: boolean): FieldError[] {
  return variables.flatMap(({ name = "", expression = "" }, i) => {
    const errors: FieldError[] = [];
    if (name.trim() === "") errors.push(required(`${at}[${i}].name`, "name is not specified"));
    else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.has(name)) errors.push(invalid(`${at}[${i}].name`, name, "must be a valid CEL identifier"));
    if (expression.trim() === "") return [...errors, required(`${at}[${i}].expression`, "expression is not specified")];
    const compiled = expressions.variable(name, expression, { params });
    return "issues" in compiled ? [...errors, invalid(`${at}[${i}].expression`, expression, `compilation failed: ${compiled.text}`)] : errors;
  });
}

export function validationErrors(at: string, validations: readonly Validation[], expressions: PolicyExpressions, params: boolean): FieldError[] {
  return validations.flatMap((validation, i) => oneValidation(`${at}[${i}]`, validation, expressions, params));
}

function oneValidation(at: string, validation: Validation, expressions: PolicyExpressions, params: boolean): FieldError[] {
  const { expression = "", message = "", messageExpression = "", reason } = validation;
  const errors: FieldError[] = [];
  if (expression.trim() === "") errors.push(required(`${at}.expression`, "expression is not specified"));
  else errors.push(...expressionErrors(`${at}.expression`, expression, expressions, { params }, "condition"));
  if (messageExpression !== "" && messageExpression.trim() === "")
    errors.push(invalid(`${at}.messageExpression`, messageExpression, "must be non-empty if specified"));
  else if (messageExpression !== "")
    errors.push(...expressionErrors(`${at}.messageExpression`, messageExpression, expressions, { params, authorizer: false }, "message"));
  if (message !== "" && message.trim() === "") errors.push(invalid(`${at}.message`, message, "must be non-empty if specified"));
  else if (NEWLINE.test(message.trim())) errors.push(invalid(`${at}.message`, message, "must not contain line breaks"));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${at}.reason`, reason, REASONS));
  return errors;
}

export function auditErrors(
  at: string,
  policyName: string,
  annotations: readonly AuditAnnotation[],
  expressions: PolicyExpressions,
  params: boolean,
): FieldError[] {
  const many = annotations.length > ANNOTATIONS_MAX ? [invalid(at, annotations, `must not have more than ${ANNOTATIONS_MAX} auditAnnotations`)] : [];
  const each = annotations.flatMap(({ key = "", valueExpression = "" }, i) => {
    const field = `${at}[${i}].valueExpression`;
    const text = valueExpression.trim();
    const errors = policyName
      ? complain(`${at}[${i}].key`, `${policyName}/${key}`, isQualifiedName(`${policyName}/${key}`))
      : [invalid(`${at}[${i}].key`, key, "requires metadata.name be non-empty")];
    if (text === "") errors.push(required(field, "valueExpression is not specified"));
    else if (Buffer.byteLength(text) > VALUE_EXPRESSION_BYTES_MAX)
      errors.push(required(field, `must not exceed ${VALUE_EXPRESSION_BYTES_MAX} bytes in length`));
    else errors.push(...expressionErrors(field, text, expressions, { params }, "annotation"));
    if (annotations.slice(0, i).some((one) => one.key === key)) errors.push(duplicate(`${at}[${i}].key`, key));
    return errors;
  });
  return [...many, ...each];
}

export function mutationErrors(at: string, mutations: readonly Mutation[], expressions: PolicyExpressions, params: boolean): FieldError[] {
  if (mutations.length === 0) return [required(at, "mutations must contain at least one item")];
  return mutations.flatMap((mutation, i) => oneMutation(`${at}[${i}]`, mutation, expressions, params));
}

function oneMutation(at: string, { patchType = "", jsonPatch, applyConfiguration }: Mutation, expressions: PolicyExpressions, params: boolean): FieldError[] {
  if (patchType === "") return [required(`${at}.patchType`, "")];
  if (!PATCH_TYPES.includes(patchType)) return [notSupported(`${at}.patchType`, patchType, PATCH_TYPES)];
  const isPatch = patchType === "JSONPatch";
  const [name, other] = isPatch ? ["jsonPatch", "applyConfiguration"] : ["applyConfiguration", "jsonPatch"];
  const [here, there] = isPatch ? [jsonPatch, applyConfiguration] : [applyConfiguration, jsonPatch];
  const errors: FieldError[] = [];
  const expression = here?.expression?.trim() ?? "";
  if (!here) errors.push(required(`${at}.${name}`, `must be specified when patchType is ${patchType}`));
  else if (expression === "") errors.push(required(`${at}.${name}.expression`, ""));
  else
    errors.push(
      ...expressionErrors(`${at}.${name}.expression`, expression, expressions, { params, patches: true }, isPatch ? "jsonPatch" : "applyConfiguration"),
    );
  return there ? [...errors, invalid(`${at}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`)] : errors;
}

export function paramKindErrors(at: string, { apiVersion = "", kind = "" }: ParamKind): FieldError[] {
  const errors = versionErrors(`${at}.apiVersion`, apiVersion);
  if (kind === "") return [...errors, required(`${at}.kind`, "")];
  const complaints = isDNS1035Label(kind.toLowerCase());
  return complaints.length === 0
    ? errors
    : [...errors, invalid(`${at}.kind`, kind, `may have mixed case, but should otherwise match: ${complaints.join(",")}`)];
}

function versionErrors(field: string, apiVersion: string): FieldError[] {
  if (apiVersion === "") return [required(field, "")];
  const parts = apiVersion.split("/");
  if (parts.length > 2) return [invalid(field, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  const [group = "", version = ""] = apiVersion === "/" ? [] : parts.length === 2 ? parts : ["", apiVersion];
  const [groupComplaints, versionComplaints] = [group ? isDNS1123Subdomain(group) : [], version ? isDNS1035Label(version) : []];
  return [
    ...(groupComplaints.length > 0 ? [invalid(field, group, groupComplaints.join(","))] : []),
    ...(version === "" ? [invalid(field, apiVersion, "version must be specified")] : []),
    ...(versionComplaints.length > 0 ? [invalid(field, version, versionComplaints.join(","))] : []),
  ];
}
