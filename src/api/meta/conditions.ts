/** Conditions in a status (metav1.Condition). [k8s.io/apimachinery pkg/apis/meta/v1/validation] */

import { isQualifiedName } from "../../machinery/names.ts";
import { duplicate, type FieldError, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import type { Condition } from "../tables/meta-v1.ts";
import { complain, oneOf } from "./checks.ts";

const REASON_BYTES_MAX = 1 << 10;
const MESSAGE_BYTES_MAX = 32 << 10;
const REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
const reasonPattern = new RegExp(`^${REASON}$`);
const REASON_COMPLAINT = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`;

export function conditionErrors(at: string, conditions: readonly Condition[] | undefined): FieldError[] {
  const types = new Set<string>();
  return (conditions ?? []).flatMap((condition, i) => {
    const twice = types.has(condition.type) ? [duplicate(`${at}[${i}]`, condition.type)] : [];
    types.add(condition.type);
    return [...twice, ...oneErrors(`${at}[${i}]`, condition)];
  });
}

function oneErrors(at: string, { type, status, observedGeneration = 0, lastTransitionTime, reason, message = "" }: Condition): FieldError[] {
  return [
    ...(type ? complain(`${at}.type`, type, isQualifiedName(type)) : [required(`${at}.type`, "")]),
    ...oneOf(`${at}.status`, status, ["False", "True", "Unknown"]),
    ...(observedGeneration < 0 ? [invalid(`${at}.observedGeneration`, observedGeneration, "must be greater than or equal to 0")] : []),
    ...(lastTransitionTime ? [] : [required(`${at}.lastTransitionTime`, "")]),
    ...reasonErrors(`${at}.reason`, reason),
    ...(Buffer.byteLength(message) > MESSAGE_BYTES_MAX ? [tooLong(`${at}.message`, MESSAGE_BYTES_MAX)] : []),
  ];
}

function reasonErrors(field: string, reason: string | undefined): FieldError[] {
  if (!reason) return [required(field, "")];
  const errors = reasonPattern.test(reason) ? [] : [invalid(field, reason, REASON_COMPLAINT)];
  return Buffer.byteLength(reason) > REASON_BYTES_MAX ? [...errors, tooLong(field, REASON_BYTES_MAX)] : errors;
}
