/** How pods are spread over zones, nodes and the like (KEP-895). */

import { type FieldError, invalid, notSupported, required } from "../../../../machinery/status/field-error.ts";
import { labelSelector, optionalOneOf, positive } from "../../../meta/checks.ts";
import type { TopologySpreadConstraint } from "../../../tables/core-v1.ts";
import { labelKeyErrors } from "./label-keys.ts";

export function topologySpreadErrors(at: string, constraints: readonly TopologySpreadConstraint[] | undefined): FieldError[] {
  const all = constraints ?? [];
  return all.flatMap((constraint, i) => [...oneErrors(`${at}[${i}]`, constraint), ...repeatErrors(`${at}[${i}]`, constraint, all.slice(i + 1))]);
}

function oneErrors(at: string, constraint: TopologySpreadConstraint): FieldError[] {
  const { topologyKey, whenUnsatisfiable = "", minDomains } = constraint;
  const errors = positive(`${at}.maxSkew`, constraint.maxSkew);
  if (!topologyKey) errors.push(required(`${at}.topologyKey`, "can not be empty"));
  if (!ACTIONS.includes(whenUnsatisfiable)) errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, ACTIONS));
  if (minDomains !== undefined) {
    errors.push(...positive(`${at}.minDomains`, minDomains));
    if (whenUnsatisfiable !== "DoNotSchedule") {
      errors.push(invalid(`${at}.minDomains`, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`));
    }
  }
  for (const name of ["nodeAffinityPolicy", "nodeTaintsPolicy"] as const) errors.push(...optionalOneOf(`${at}.${name}`, constraint[name], ["Honor", "Ignore"]));
  errors.push(...labelKeyErrors(at, constraint.matchLabelKeys, undefined, constraint.labelSelector));
  return [...errors, ...labelSelector(`${at}.labelSelector`, constraint.labelSelector)];
}

const ACTIONS: readonly string[] = ["DoNotSchedule", "ScheduleAnyway"];

function repeatErrors(
  at: string,
  { topologyKey = "", whenUnsatisfiable = "" }: TopologySpreadConstraint,
  later: readonly TopologySpreadConstraint[],
): FieldError[] {
  if (!later.some((other) => (other.topologyKey ?? "") === topologyKey && (other.whenUnsatisfiable ?? "") === whenUnsatisfiable)) return [];
  const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
  return [{ type: "FieldValueDuplicate", field: `${at}.{topologyKey, whenUnsatisfiable}`, message: `Duplicate value: ${JSON.stringify(pair)}` }];
}
