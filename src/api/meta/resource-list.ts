/** Amounts by resource name (`cpu`, `memory`, `example.com/gpu`): rounding, sums, comparisons. */

import { parseQuantity, Quantity } from "../../machinery/quantity/quantity.ts";

export type ResourceList = Record<string, string>;

/** @returns a list without a prototype, because its keys are users' */
export function resourceList(): ResourceList {
  return Object.create(null);
}

/** The amount under a name; undefined where there is none. */
export function amount(list: ResourceList | undefined, name: string): Quantity | undefined {
  return list && Object.hasOwn(list, name) ? parseQuantity(list[name] as string) : undefined;
}

/** Rounds every amount up to thousandths, which is as fine as the API keeps them. */
export function roundToMilli(list: ResourceList | undefined): void {
  if (!list) return;
  for (const name of Object.keys(list)) {
    const text = list[name] as string;
    if (!/[nu.]|e-/.test(text)) continue; // Canonical texts have no fraction; only these can be finer.
    const quantity = parseQuantity(text);
    if (quantity.scale < -3) list[name] = new Quantity(quantity.scaledValue(-3), -3, quantity.format).toString();
  }
}

/** Sets each name that `list` lacks to its amount in `from`. */
export function fillFrom(list: ResourceList, from: ResourceList | undefined): void {
  if (from) for (const name of Object.keys(from)) if (!Object.hasOwn(list, name)) list[name] = from[name] as string;
}

/** Adds each amount of `other`. */
export function addTo(list: ResourceList, other: ResourceList | undefined): void {
  if (!other) return;
  for (const name of Object.keys(other)) list[name] = (amount(list, name) ?? Quantity.zero).add(parseQuantity(other[name] as string)).toString();
}

/** Raises each amount to that of `other`, where that is more. */
export function raiseTo(list: ResourceList, other: ResourceList | undefined): void {
  if (!other) return;
  for (const name of Object.keys(other)) {
    const mine = amount(list, name);
    if (!mine || parseQuantity(other[name] as string).compare(mine) > 0) list[name] = other[name] as string;
  }
}

export const isEmptyList = (list: ResourceList | undefined): boolean => !list || Object.keys(list).length === 0;
