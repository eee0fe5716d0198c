/** Resources of a pod as a whole against those of its containers (KEP-2837). */

import { parseQuantity } from "../../../../machinery/quantity/quantity.ts";
import { type FieldError, forbiddenField, invalid } from "../../../../machinery/status/field-error.ts";
import { amount } from "../../../meta/resource-list.ts";
import { isHugePages } from "../../../meta/resource-names.ts";
import type { PodSpec } from "../../../tables/core-v1.ts";
import { podResourceName } from "../../resources/names.ts";
import { requirementErrors } from "../../resources/requirements.ts";
import { containersTotal } from "../aggregate.ts";

export function podResourceErrors(at: string, spec: PodSpec, claims: ReadonlySet<string>): FieldError[] {
  const { resources, os } = spec;
  if (!resources) return [];
  if (os?.name === "windows") return [forbiddenField(at, "may not be set for a windows pod")];
  return [
    ...(resources.claims ? [forbiddenField(`${at}.claims`, "claims may not be set for Resources at pod-level")] : []),
    ...requirementErrors(at, resources, podResourceName, claims),
    ...totalErrors(at, spec, "requests"),
    ...totalErrors(at, spec, "limits"),
    ...containerLimitErrors(at, spec),
  ];
}

/** Only huge pages have limits that add up. */
function totalErrors(at: string, spec: PodSpec, list: "requests" | "limits"): FieldError[] {
  return Object.entries(containersTotal(spec, list)).flatMap(([name, total]) => {
    const own = amount(spec.resources?.[list], name);
    if (!own || (list === "limits" && !isHugePages(name)) || parseQuantity(total).compare(own) <= 0) return [];
    return [invalid(`${at}.${list}[${name}]`, own.toString(), `must be greater than or equal to aggregate container ${list} of ${total}`)];
  });
}

function containerLimitErrors(at: string, spec: PodSpec): FieldError[] {
  return (spec.containers ?? []).flatMap(({ resources }, i) =>
    Object.entries(resources?.limits ?? {}).flatMap(([name, limit]) => {
      const own = amount(spec.resources?.limits, name);
      if (!own || parseQuantity(limit).compare(own) <= 0) return [];
      return [invalid(`${at}.containers[${i}][${name}].limits`, limit, `must be less than or equal to pod limits of ${own}`)];
    }),
  );
}
