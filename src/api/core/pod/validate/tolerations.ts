/** The taints that a pod puts up with. */

import { isValidLabelValue } from "../../../../machinery/names.ts";
import { type FieldError, invalid, notSupported } from "../../../../machinery/status/field-error.ts";
import { qualifiedName } from "../../../meta/checks.ts";
import type { Toleration } from "../../../tables/core-v1.ts";
import { taintEffect } from "../../taints.ts";

export function tolerationErrors(at: string, tolerations: readonly Toleration[] | undefined): FieldError[] {
  return (tolerations ?? []).flatMap(({ key, operator = "", value = "", effect = "", tolerationSeconds }, i) => {
    const field = `${at}[${i}]`;
    const errors = key ? qualifiedName(`${field}.key`, key) : [];
    if (!key && operator !== "Exists") {
      errors.push(invalid(`${field}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'));
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      errors.push(invalid(`${field}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    return [...errors, ...operatorErrors(`${field}.operator`, operator, value), ...taintEffect(`${field}.effect`, effect, true)];
  });
}

function operatorErrors(field: string, operator: string, value: string): FieldError[] {
  switch (operator) {
    case "":
    case "Equal": {
      const complaints = isValidLabelValue(value);
      return complaints.length > 0 ? [invalid(field, value, complaints.join(";"))] : [];
    }
    case "Exists":
      return value ? [invalid(field, value, "value must be empty when `operator` is 'Exists'")] : [];
    case "Lt":
    case "Gt":
      return [notSupported(field, operator, ["Equal", "Exists", "Lt", "Gt"], "given")]; // Known, but the feature is off (KEP-5471).
    default:
      return [notSupported(field, operator, ["Equal", "Exists"], "given")];
  }
}
