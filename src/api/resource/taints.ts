/** Taints of devices, and what tolerates them. [Kubernetes pkg/apis/resource/validation/validation.go] */

import { isValidLabelValue } from "../../machinery/names.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { complain, oneOf, optionalOneOf, qualifiedName } from "../meta/checks.ts";
import type { DeviceTaint, DeviceToleration } from "../tables/resource-v1.ts";

const EFFECTS = ["NoExecute", "NoSchedule", "None"];

/** @param last what it was: an effect that was once known may stay */
export function taintErrors(at: string, { key = "", value = "", effect = "" }: Partial<DeviceTaint>, last?: Partial<DeviceTaint>): FieldError[] {
  return [
    ...qualifiedName(`${at}.key`, key),
    ...(value ? complain(`${at}.value`, value, isValidLabelValue(value)) : []),
    ...(last && (last.effect ?? "") === effect ? [] : oneOf(`${at}.effect`, effect, EFFECTS)),
  ];
}

export function tolerationErrors(at: string, tolerations: readonly DeviceToleration[] | undefined): FieldError[] {
  return (tolerations ?? []).flatMap(({ key = "", operator = "", value = "", effect }, i) => {
    const own = `${at}[${i}]`;
    return [
      ...(key ? qualifiedName(`${own}.key`, key) : []),
      ...oneOf(`${own}.operator`, operator, ["Equal", "Exists"]),
      ...(operator === "Exists" && value ? [invalid(`${own}.value`, value, "must be empty for operator `Exists`")] : []),
      ...(operator === "Equal" ? complain(`${own}.value`, value, isValidLabelValue(value)) : []),
      ...(effect ? optionalOneOf(`${own}.effect`, effect, EFFECTS) : []),
    ];
  });
}

export function tolerationDefaults(tolerations: readonly DeviceToleration[] | undefined): void {
  for (const toleration of tolerations ?? []) toleration.operator ||= "Equal";
}
