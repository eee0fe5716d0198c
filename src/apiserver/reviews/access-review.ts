/** SubjectAccessReview and its siblings: whether somebody might do something, asked of the same authorizers as every request. */

import { complain, qualifiedName } from "../../api/meta/checks.ts";
import type {
  LocalSubjectAccessReview,
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from "../../api/tables/authorization-v1.ts";
import { isValidLabelValue } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, required } from "../../machinery/status/field-error.ts";
import { badRequest } from "../../machinery/status/status-error.ts";
import type { Attributes, Question } from "../../security/attributes.ts";
import type { User } from "../../security/user.ts";
import type { Call } from "../call.ts";
import { metadataErrors, refuseInvalid, reviewHandler } from "./answer.ts";

export const subjectAccessReview = reviewHandler<SubjectAccessReview>(async (review, call, kind) => {
  refuseInvalid(kind, [...specErrors(review.spec), ...subjectErrors(review.spec), ...metadataErrors(review, "none")]);
  review.status = await decide(call, subjectOf(review.spec), review.spec);
});

export const selfSubjectAccessReview = reviewHandler<SelfSubjectAccessReview>(async (review, call, kind) => {
  refuseInvalid(kind, [...specErrors(review.spec), ...metadataErrors(review, "none")]);
  review.status = await decide(call, call.user, review.spec);
});

export const localSubjectAccessReview = reviewHandler<LocalSubjectAccessReview>(async (review, call, kind) => {
  const { spec, metadata } = review;
  const { namespace } = call.attributes;
  metadata.namespace ||= namespace;
  refuseInvalid(kind, [...specErrors(spec), ...subjectErrors(spec), ...metadataErrors(review, "namespace"), ...localErrors(review)]);
  if (metadata.namespace !== namespace) throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
  review.status = await decide(call, subjectOf(spec), spec);
});

function specErrors({ resourceAttributes, nonResourceAttributes }: SelfSubjectAccessReviewSpec): FieldError[] {
  const one = (resourceAttributes === undefined) !== (nonResourceAttributes === undefined);
  return [
    ...(one ? [] : [invalid("spec", nonResourceAttributes, "exactly one of nonResourceAttributes or resourceAttributes must be specified")]),
    ...selectorErrors(resourceAttributes?.fieldSelector, "spec.resourceAttributes.fieldSelector"),
    ...selectorErrors(resourceAttributes?.labelSelector, "spec.resourceAttributes.labelSelector"),
  ];
}

interface SelectorAttributes {
  readonly rawSelector?: string;
  readonly requirements?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

function selectorErrors(selector: SelectorAttributes | undefined, at: string): FieldError[] {
  if (!selector) return [];
  const { rawSelector, requirements = [] } = selector;
  const errors = requirements.flatMap((requirement, i) => requirementErrors(`${at}.requirements[${i}]`, requirement, at.endsWith("labelSelector")));
  if (rawSelector && requirements.length > 0) {
    return [invalid(`${at}.rawSelector`, rawSelector, "may not specified at the same time as requirements"), ...errors];
  }
  if (!rawSelector && requirements.length === 0) {
    return [required(`${at}.requirements`, `when ${at} is specified, requirements or rawSelector is required`)];
  }
  return errors;
}

type Asked = NonNullable<SelectorAttributes["requirements"]>[number];

/** An operator that isn't known is let through: it can only ask for more. */
function requirementErrors(at: string, { key = "", operator, values = [] }: Asked, ofLabels: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if ((operator === "In" || operator === "NotIn") && values.length === 0) {
    errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  }
  if ((operator === "Exists" || operator === "DoesNotExist") && values.length > 0) {
    errors.push(forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  }
  if (!ofLabels) return key === "" ? [required(`${at}.key`, "must be specified"), ...errors] : errors;
  const bad = values.flatMap((value, i) => complain(`${at}.values[${i}]`, value, isValidLabelValue(value)));
  return [...errors, ...qualifiedName(`${at}.key`, key), ...bad];
}

function subjectErrors({ user, groups }: SubjectAccessReviewSpec): FieldError[] {
  return user || groups?.length ? [] : [invalid("spec.user", user ?? "", "at least one of user or group must be specified")];
}

function localErrors({ spec, metadata }: LocalSubjectAccessReview): FieldError[] {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  const same = !resource || (resource.namespace ?? "") === (metadata.namespace ?? "");
  return [
    ...(same ? [] : [invalid("spec.resourceAttributes.namespace", resource.namespace ?? "", "must match metadata.namespace")]),
    ...(path ? [invalid("spec.nonResourceAttributes", path, "disallowed on this kind of request")] : []),
  ];
}

function subjectOf({ user = "", uid, groups = [], extra }: SubjectAccessReviewSpec): User {
  return { name: user, ...(uid && { uid }), groups, extra: Object.assign(Object.create(null), extra), via: "review" };
}

async function decide(call: Call, user: User, spec: SelfSubjectAccessReviewSpec): Promise<SubjectAccessReviewStatus> {
  const { decision, reason } = await call.context.authorizer.authorize(questionOf(user, spec));
  return { allowed: decision === "allow", ...(decision === "deny" && { denied: true }), ...(reason && { reason }) };
}

function questionOf(user: User, { resourceAttributes, nonResourceAttributes }: SelfSubjectAccessReviewSpec): Question {
  const none = { group: "", version: "", namespace: "", resource: "", subresource: "", name: "", tail: "" };
  if (!resourceAttributes) {
    const { path = "", verb = "" } = nonResourceAttributes ?? {};
    return { user, attributes: { ...none, isResource: false, path, verb } };
  }
  const fieldSelector = selectorText(resourceAttributes.fieldSelector, fieldTerm);
  const labelSelector = selectorText(resourceAttributes.labelSelector, labelTerm);
  return { user, attributes: resourceQuestion(resourceAttributes), ...(fieldSelector && { fieldSelector }), ...(labelSelector && { labelSelector }) };
}

function resourceQuestion({
  verb = "",
  group = "",
  version = "*",
  namespace = "",
  resource = "",
  subresource = "",
  name = "",
}: ResourceAttributes): Attributes {
  return { isResource: true, path: "", verb, group, version, namespace, resource, subresource, name, tail: "" };
}

type Requirement = NonNullable<SelectorAttributes["requirements"]>[number];

/** Requirements as a selector's text. One that can't be said is left out, which asks for more and so can only refuse more. */
function selectorText(selector: SelectorAttributes | undefined, term: (requirement: Requirement) => string | undefined): string {
  return selector?.rawSelector || (selector?.requirements ?? []).flatMap((requirement) => term(requirement) ?? []).join(",");
}

function fieldTerm({ key, operator, values = [] }: Requirement): string | undefined {
  if (values.length !== 1) return undefined;
  const value = values[0]!.replace(/[\\,=]/g, "\\$&");
  return operator === "In" ? `${key}=${value}` : operator === "NotIn" ? `${key}!=${value}` : undefined;
}

function labelTerm({ key, operator, values = [] }: Requirement): string | undefined {
  if (operator === "Exists") return key;
  if (operator === "DoesNotExist") return `!${key}`;
  if (operator !== "In" && operator !== "NotIn") return undefined;
  return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
}
