/** Taints of nodes, and the effects that tolerations share with them. */

import { isValidLabelValue } from "../../machinery/names.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { qualifiedName } from "../meta/checks.ts";
import type { Taint } from "../tables/core-v1.ts";

const EFFECTS: readonly string[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** @param mayBeEmpty in a toleration: every effect */
export function taintEffect(field: string, effect: string | undefined, mayBeEmpty: boolean): FieldError[] {
  if (!effect) return mayBeEmpty ? [] : [required(field, "")];
  return EFFECTS.includes(effect) ? [] : [notSupported(field, effect, EFFECTS, "given")];
}

export function taintErrors(field: string, taints: readonly Taint[]): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, i) => {
    const at = `${field}[${i}]`;
    const errors = qualifiedName(`${at}.key`, taint.key ?? "");
    const complaints = isValidLabelValue(taint.value ?? "");
    if (complaints.length > 0) errors.push(invalid(`${at}.value`, taint.value, complaints.join(";")));
    errors.push(...taintEffect(`${at}.effect`, taint.effect, false));
    const pair = `${taint.effect ?? ""}\0${taint.key ?? ""}`;
    if (seen.has(pair)) {
      const shown = { key: taint.key ?? "", value: taint.value, effect: taint.effect ?? "" };
      errors.push({
        type: "FieldValueDuplicate",
        field: at,
        message: `Duplicate value: ${JSON.stringify(shown)}: taints must be unique by key and effect pair`,
      });
    }
    seen.add(pair);
    return errors;
  });
}
