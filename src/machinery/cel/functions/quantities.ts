/** Amounts such as `1.5Gi`. [Kubernetes' apiserver pkg/cel/library/quantity.go] */

import { parseQuantity, Quantity, QuantityError } from "../../quantity/quantity.ts";
import { objectType } from "../types/type.ts";
import { CelError, Opaque, type Value } from "../values/value.ts";
import { INT_MAX, INT_MIN } from "./arithmetic.ts";
import { member, type Overload, plain } from "./overload.ts";

const NAME = "kubernetes.Quantity";
const TYPE = objectType(NAME) as Opaque["type"];

const amount = (value: Opaque): Quantity => value.value as Quantity;
const quantityValue = (quantity: Quantity): Opaque => new Opaque(TYPE, quantity, (other) => quantity.compare(other as Quantity) === 0);
const whole = (value: bigint): Quantity => new Quantity(value, 0, "DecimalExponent");

function read(text: string): Value {
  try {
    return quantityValue(parseQuantity(text));
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message);
    throw error;
  }
}

/** The amount as an integer; undefined where it isn't one of 64 bits. */
function integer(value: Opaque): bigint | undefined {
  const quantity = amount(value);
  const rounded = quantity.value();
  return whole(rounded).compare(quantity) === 0 && rounded >= INT_MIN && rounded <= INT_MAX ? rounded : undefined;
}

const compare = (a: Opaque, b: Opaque): number => Math.sign(amount(a).compare(amount(b)));
const OF_TWO = [NAME, NAME];

export const quantities: readonly Overload[] = [
  plain("quantity", "string_to_quantity", ["string"], NAME, read),
  plain("isQuantity", "is_quantity_string", ["string"], "bool", (text: string) => !(read(text) instanceof CelError)),
  plain("sign", "quantity_sign", [NAME], "int", (value: Opaque) => BigInt(Math.sign(amount(value).compare(Quantity.zero)))),
  member("isGreaterThan", "quantity_is_greater_than", OF_TWO, "bool", (a: Opaque, b: Opaque) => compare(a, b) > 0),
  member("isLessThan", "quantity_is_less_than", OF_TWO, "bool", (a: Opaque, b: Opaque) => compare(a, b) < 0),
  member("compareTo", "quantity_compare_to", OF_TWO, "int", (a: Opaque, b: Opaque) => BigInt(compare(a, b))),
  member("asApproximateFloat", "quantity_get_float", [NAME], "double", (value: Opaque) => amount(value).toNumber()),
  member("asInteger", "quantity_get_int", [NAME], "int", (value: Opaque) => integer(value) ?? new CelError("cannot convert value to integer")),
  member("isInteger", "quantity_is_integer", [NAME], "bool", (value: Opaque) => integer(value) !== undefined),
  member("add", "quantity_add", OF_TWO, NAME, (a: Opaque, b: Opaque) => quantityValue(amount(a).add(amount(b)))),
  member("add", "quantity_add_int", [NAME, "int"], NAME, (a: Opaque, b: bigint) => quantityValue(amount(a).add(whole(b)))),
  member("sub", "quantity_sub", OF_TWO, NAME, (a: Opaque, b: Opaque) => quantityValue(amount(a).subtract(amount(b)))),
  member("sub", "quantity_sub_int", [NAME, "int"], NAME, (a: Opaque, b: bigint) => quantityValue(amount(a).subtract(whole(b)))),
];
