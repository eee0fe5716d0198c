/** Where a pod may and would like to be: by its node, and by the pods that are there. */

import { isDNS1123Label, isDNS1123Subdomain, isValidLabelValue } from "../../../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, required } from "../../../../machinery/status/field-error.ts";
import { complain, labelSelector, qualifiedName } from "../../../meta/checks.ts";
import type { Affinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinityTerm, PodAntiAffinity } from "../../../tables/core-v1.ts";
import { labelKeyErrors } from "./label-keys.ts";

const NEEDED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

export function affinityErrors(at: string, affinity: Affinity | undefined): FieldError[] {
  if (!affinity) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const node = `${at}.nodeAffinity`;
  const needed = nodeAffinity?.[NEEDED];
  return [
    ...(needed ? nodeSelectorErrors(`${node}.${NEEDED}`, needed) : []),
    ...(nodeAffinity?.[PREFERRED] ?? []).flatMap(({ weight, preference }, i) => [
      ...weightErrors(`${node}.${PREFERRED}[${i}].weight`, weight),
      ...termErrors(`${node}.${PREFERRED}[${i}].preference`, preference, false),
    ]),
    ...podTerms(`${at}.podAffinity`, podAffinity),
    ...podTerms(`${at}.podAntiAffinity`, podAntiAffinity),
  ];
}

export function nodeSelectorErrors(at: string, { nodeSelectorTerms: terms = [] }: NodeSelector): FieldError[] {
  const field = `${at}.nodeSelectorTerms`;
  if (terms.length === 0) return [required(field, "must have at least one node selector term")];
  return terms.flatMap((term, i) => termErrors(`${field}[${i}]`, term, true));
}

/** @param checksValues preferences were never held to the form of label values */
function termErrors(at: string, { matchExpressions, matchFields }: NodeSelectorTerm, checksValues: boolean): FieldError[] {
  return [
    ...(matchExpressions ?? []).flatMap((one, i) => labelRequirement(`${at}.matchExpressions[${i}]`, one, checksValues)),
    ...(matchFields ?? []).flatMap((one, i) => fieldRequirement(`${at}.matchFields[${i}]`, one)),
  ];
}

function labelRequirement(at: string, { key = "", operator = "", values = [] }: NodeSelectorRequirement, checksValues: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0) errors.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0) errors.push(forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === "Gt" || operator === "Lt") {
    if (values.length !== 1) errors.push(required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalid(`${at}.operator`, operator, "not a valid selector operator"));
  errors.push(...qualifiedName(`${at}.key`, key));
  if (checksValues) for (const [i, value] of values.entries()) errors.push(...complain(`${at}.values[${i}]`, value, isValidLabelValue(value)));
  return errors;
}

function fieldRequirement(at: string, { key = "", operator = "", values = [] }: NodeSelectorRequirement): FieldError[] {
  const errors: FieldError[] = [];
  if (operator !== "In" && operator !== "NotIn") errors.push(invalid(`${at}.operator`, operator, "not a valid selector operator"));
  else if (values.length !== 1) errors.push(required(`${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  if (key !== "metadata.name") return [...errors, invalid(`${at}.key`, key, "not a valid field selector key")];
  return [...errors, ...values.flatMap((value, i) => complain(`${at}.values[${i}]`, value, isDNS1123Subdomain(value)))];
}

/** Of an affinity or anti-affinity, which have the same form. */
function podTerms(at: string, affinity: PodAntiAffinity | undefined): FieldError[] {
  return [
    ...(affinity?.[NEEDED] ?? []).flatMap((term, i) => podTerm(`${at}.${NEEDED}[${i}]`, term)),
    ...(affinity?.[PREFERRED] ?? []).flatMap(({ weight, podAffinityTerm }, i) => [
      ...weightErrors(`${at}.${PREFERRED}[${i}].weight`, weight),
      ...podTerm(`${at}.${PREFERRED}[${i}].podAffinityTerm`, podAffinityTerm),
    ]),
  ];
}

function podTerm(at: string, term: PodAffinityTerm): FieldError[] {
  const { topologyKey = "" } = term;
  return [
    ...labelSelector(`${at}.labelSelector`, term.labelSelector),
    ...labelSelector(`${at}.namespaceSelector`, term.namespaceSelector),
    ...(term.namespaces ?? []).flatMap((name) => complain(`${at}.namespace`, name, isDNS1123Label(name))),
    ...labelKeyErrors(at, term.matchLabelKeys, term.mismatchLabelKeys, term.labelSelector),
    ...(topologyKey ? [] : [required(`${at}.topologyKey`, "can not be empty")]),
    ...qualifiedName(`${at}.topologyKey`, topologyKey),
  ];
}

function weightErrors(field: string, weight = 0): FieldError[] {
  return weight > 0 && weight <= 100 ? [] : [invalid(field, weight, "must be in the range 1-100")];
}
