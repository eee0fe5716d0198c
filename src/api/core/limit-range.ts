/** LimitRanges: how much one container, pod or claim of a namespace may ask for. */

import { isQualifiedName } from "../../machinery/names.ts";
import type { Quantity } from "../../machinery/quantity/quantity.ts";
import { duplicate, type FieldError, forbiddenField, invalid, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain } from "../meta/checks.ts";
import { amount, fillFrom, isEmptyList, type ResourceList, resourceList, roundToMilli } from "../meta/resource-list.ts";
import { isOvercommitAllowed } from "../meta/resource-names.ts";
import type { LimitRangeItem, LimitRange as LimitRangeType } from "../tables/core-v1.ts";
import { containerResourceName, resourceName } from "./resources/names.ts";

const TYPES = ["Container", "PersistentVolumeClaim", "Pod"];
const LISTS = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;

export const LimitRange = kind<LimitRangeType>("v1", "limitranges", {
  defaults({ spec }) {
    for (const limit of spec.limits ?? []) {
      if (limit.type === "Container") containerDefaults(limit);
      for (const list of LISTS) roundToMilli(limit[list]);
    }
  },
  generatesNames: "always",
  validate: ({ spec }) => limitErrors(spec.limits ?? []),
  createOnUpdate: true,
});

/** What isn't said of limits follows from the maximum, and of requests from the limit or else the minimum. */
function containerDefaults(limit: LimitRangeItem): void {
  const limits: ResourceList = Object.assign(resourceList(), limit.default);
  fillFrom(limits, limit.max);
  const requests: ResourceList = Object.assign(resourceList(), limit.defaultRequest);
  fillFrom(requests, limits);
  fillFrom(requests, limit.min);
  if (!isEmptyList(limits)) limit.default = limits;
  if (!isEmptyList(requests)) limit.defaultRequest = requests;
}

function limitErrors(limits: readonly LimitRangeItem[]): FieldError[] {
  const seen = new Set<string>();
  return limits.flatMap((limit, i) => {
    const at = `spec.limits[${i}]`;
    const errors = typeErrors(`${at}.type`, limit.type);
    if (seen.has(limit.type)) errors.push(duplicate(`${at}.type`, limit.type));
    seen.add(limit.type);
    return [...errors, ...nameErrors(at, limit), ...[...namesIn(limit)].flatMap((name) => boundErrors(at, name, limit))];
  });
}

function typeErrors(field: string, type = ""): FieldError[] {
  const errors = complain(field, type, isQualifiedName(type));
  if (errors.length > 0 || type.includes("/") || TYPES.includes(type)) return errors;
  return [invalid(field, type, "must be a standard limit type or fully qualified")];
}

/** Pods have no defaults: those of their containers add up. */
const listsOf = ({ type }: LimitRangeItem) => (type === "Pod" ? LISTS.filter((list) => !list.startsWith("default")) : LISTS);

function nameErrors(at: string, limit: LimitRangeItem): FieldError[] {
  const { type, min, max } = limit;
  const check = type === "Pod" || type === "Container" ? containerResourceName : resourceName;
  const ofList = (list: (typeof LISTS)[number]) => Object.keys(limit[list] ?? {}).flatMap((name) => check(`${at}.${list}[${name}]`, name));
  const withDefaults = (["default", "defaultRequest"] as const).flatMap((list) => {
    if (type !== "Pod") return ofList(list);
    return isEmptyList(limit[list]) ? [] : [forbiddenField(`${at}.${list}`, "may not be specified when `type` is 'Pod'")];
  });
  const isUnbounded = type === "PersistentVolumeClaim" && !amount(min, "storage") && !amount(max, "storage");
  return [
    ...ofList("max"),
    ...ofList("min"),
    ...withDefaults,
    ...(isUnbounded ? [required(`${at}.limits`, "either minimum or maximum storage value is required, but neither was provided")] : []),
    ...ofList("maxLimitRequestRatio"),
  ];
}

function namesIn(limit: LimitRangeItem): Set<string> {
  return new Set(listsOf(limit).flatMap((list) => Object.keys(limit[list] ?? {})));
}

interface Bound {
  readonly said: string;
  readonly quantity: Quantity | undefined;
}

function boundErrors(at: string, name: string, limit: LimitRangeItem): FieldError[] {
  const read = (list: (typeof LISTS)[number], said: string): Bound => ({
    said,
    quantity: listsOf(limit).includes(list) ? amount(limit[list], name) : undefined,
  });
  const min = read("min", "min");
  const max = read("max", "max");
  const ceiling = read("default", "default");
  const request = read("defaultRequest", "default request");
  const errors: FieldError[] = [];
  /** The first mustn't be above the second. */
  const ordered = (low: Bound, high: Bound, list: string, shown: Bound): void => {
    if (!low.quantity || !high.quantity || low.quantity.compare(high.quantity) <= 0) return;
    const detail = `${low.said} value ${low.quantity} is greater than ${high.said} value ${high.quantity}`;
    errors.push(invalid(`${at}.${list}[${name}]`, String(shown.quantity), detail));
  };
  ordered(min, max, "min", min);
  ordered(min, request, "defaultRequest", request);
  ordered(request, max, "defaultRequest", request);
  ordered(request, { ...ceiling, said: "default limit" }, "defaultRequest", request);
  ordered(min, ceiling, "default", min);
  ordered(ceiling, max, "default", max);
  const ratio = amount(limit.maxLimitRequestRatio, name);
  if (ratio) errors.push(...ratioErrors(`${at}.maxLimitRequestRatio[${name}]`, ratio, min.quantity, max.quantity));
  if (!isOvercommitAllowed(name) && ceiling.quantity && request.quantity && ceiling.quantity.compare(request.quantity) !== 0) {
    const detail = `default value ${ceiling.quantity} must equal to defaultRequest value ${request.quantity} in ${name}`;
    errors.push(invalid(`${at}.defaultRequest[${name}]`, String(request.quantity), detail));
  }
  return errors;
}

function ratioErrors(field: string, ratio: Quantity, min: Quantity | undefined, max: Quantity | undefined): FieldError[] {
  const errors: FieldError[] = [];
  if (ratio.milliValue() < 1000n) errors.push(invalid(field, String(ratio), `ratio ${ratio} is less than 1`));
  if (!min || !max) return errors;
  const possible = max.toNumber() / min.toNumber();
  if (ratio.toNumber() > possible) errors.push(invalid(field, String(ratio), `ratio ${ratio} is greater than max/min = ${possible.toFixed(6)}`));
  return errors;
}
