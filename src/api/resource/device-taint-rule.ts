/** DeviceTaintRules: an administrator keeps pods off devices, or sends them away (KEP-5055). */

import { timestamp } from "../../machinery/clock.ts";
import { type FieldError, tooMany } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { dnsLabel } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { conditionErrors } from "../meta/conditions.ts";
import { ageOf } from "../meta/human-duration.ts";
import { copyMember, keepMetadata } from "../meta/status-update.ts";
import type { DeviceTaintRuleSpec, DeviceTaintRule as RuleType } from "../tables/resource-v1.ts";
import { driverName, poolName } from "./names.ts";
import { taintErrors } from "./taints.ts";

const CONDITIONS_MAX = 8;

export const DeviceTaintRule = kind<RuleType>("resource.k8s.io/v1", "devicetaintrules", {
  conditionalUpdateOnly: true,
  defaults({ spec }, context) {
    if (context && spec.taint) spec.taint.timeAdded ??= timestamp(context.now);
  },
  prepareUpdate(next, last, { now }) {
    copyMember(next, last, "status");
    const [taint, before] = [next.spec.taint, last.spec.taint];
    if (taint && taint.effect !== before?.effect && taint.timeAdded === before?.timeAdded) taint.timeAdded = timestamp(now);
  },
  generation: true,
  validateCreate: ({ spec }) => specErrors(spec, undefined),
  validateUpdate: (next, last) => specErrors(next.spec, last.spec),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        keepMetadata(next, last);
      },
      validateUpdate({ status }) {
        const count = status?.conditions?.length ?? 0;
        const at = "status.conditions";
        return [...conditionErrors(at, status?.conditions), ...(count > CONDITIONS_MAX ? [tooMany(at, count, CONDITIONS_MAX)] : [])];
      },
    },
  },
  columns: [
    nameColumn,
    column("Key", "string", "The taint's key.", ({ spec }) => spec.taint?.key ?? ""),
    column("Value", "string", "Its value.", ({ spec }) => spec.taint?.value ?? ""),
    column("Effect", "string", "What it does to pods.", ({ spec }) => spec.taint?.effect ?? ""),
    column("TimeAdded", "string", "Since when it holds.", ({ spec }, now) => (spec.taint?.timeAdded ? ageOf(spec.taint.timeAdded, now) : "")),
    ageColumn,
  ],
});

function specErrors({ deviceSelector: selector, taint = { key: "", effect: "" } }: DeviceTaintRuleSpec, last: DeviceTaintRuleSpec | undefined): FieldError[] {
  const at = "spec.deviceSelector";
  return [
    ...(selector?.driver === undefined ? [] : driverName(`${at}.driver`, selector.driver)),
    ...(selector?.pool === undefined ? [] : poolName(`${at}.pool`, selector.pool)),
    ...(selector?.device === undefined ? [] : dnsLabel(`${at}.device`, selector.device)),
    ...taintErrors("spec.taint", taint, last?.taint),
  ];
}
