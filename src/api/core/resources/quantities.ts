/** Amounts of one resource. [Kubernetes pkg/apis/core/validation ValidateResourceQuantityValue] */

import { parseQuantity } from "../../../machinery/quantity/quantity.ts";
import { type FieldError, invalid } from "../../../machinery/status/field-error.ts";
import { nonNegativeQuantity } from "../../meta/checks.ts";
import { HUGE_PAGES } from "../../meta/resource-names.ts";
import { isExtended } from "./names.ts";

/** Resources that come whole. Extended ones do too. */
const INTEGER: ReadonlySet<string> = new Set(
  ["pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports"].concat(
    "services.loadbalancers",
  ),
);

export function quantityErrors(field: string, name: string, value: string): FieldError[] {
  const errors = nonNegativeQuantity(field, value);
  if (!INTEGER.has(name) && !isExtended(name)) return errors;
  return parseQuantity(value).milliValue() % 1000n === 0n ? errors : [...errors, invalid(field, value, "must be an integer")];
}

/** Huge pages are handed out page by page. */
export function isWholePages(name: string, value: string): boolean {
  const page = parseQuantity(name.slice(HUGE_PAGES.length)).value();
  return page > 0n && parseQuantity(value).value() % page === 0n;
}
