/** How much of a device's capacity may be asked for (KEP-5075). [Kubernetes pkg/apis/resource/validation/validation.go validateRequestPolicy] */

import { parseQuantity, Quantity } from "../../machinery/quantity/quantity.ts";
import { duplicate, type FieldError, forbiddenField, invalid, required, tooMany } from "../../machinery/status/field-error.ts";
import { NEGATIVE } from "../meta/checks.ts";
import type { CapacityRequestPolicy, CapacityRequestPolicyRange, DeviceCapacity } from "../tables/resource-v1.ts";

const OPTIONS_MAX = 10;
const INT64_MAX = parseQuantity("9223372036854775807");

/** @param isShared several claims may have parts of the device */
export function capacityErrors(at: string, { value = "0", requestPolicy }: Partial<DeviceCapacity>, isShared: boolean): FieldError[] {
  if (!requestPolicy) return [];
  if (!isShared) return [forbiddenField(`${at}.requestPolicy`, "allowMultipleAllocations must be true")];
  return policyErrors(`${at}.requestPolicy`, requestPolicy, parseQuantity(value));
}

function policyErrors(at: string, { default: byDefault, validValues = [], validRange }: CapacityRequestPolicy, capacity: Quantity): FieldError[] {
  if (validValues.length > 0 && validRange) {
    return [forbiddenField(at, 'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time')];
  }
  if (validValues.length > 0) {
    if (byDefault === undefined) return [required(`${at}.default`, "required when validValues is defined")];
    return valueErrors(`${at}.validValues`, validValues, byDefault, capacity);
  }
  if (!validRange) return [];
  if (byDefault === undefined) return [required(`${at}.default`, "required when validRange is defined")];
  return rangeErrors(`${at}.validRange`, validRange, byDefault, capacity);
}

function valueErrors(at: string, values: readonly string[], byDefault: string, capacity: Quantity): FieldError[] {
  const amounts = values.map(parseQuantity);
  const unsorted = amounts.flatMap((amount, i) =>
    i > 0 && amounts[i - 1]!.compare(amount) > 0 ? [invalid(`${at}[${i}]`, amount.toString(), "values must be sorted in ascending order")] : [],
  );
  if (amounts.length > OPTIONS_MAX) return [...unsorted, tooMany(at, amounts.length, OPTIONS_MAX), ...notAmong(at, byDefault)];
  const large = amounts.flatMap((amount, i) =>
    amount.compare(capacity) > 0 ? [invalid(`${at}[${i}]`, amount.toString(), `option is larger than capacity value: ${capacity}`)] : [],
  );
  const twice = amounts.flatMap((amount, i) =>
    amounts.slice(0, i).some((other) => other.value() === amount.value()) ? [duplicate(`${at}[${i}]`, String(amount.value()))] : [],
  );
  const isThere = amounts.some((amount) => amount.compare(parseQuantity(byDefault)) === 0);
  return [...unsorted, ...large, ...twice, ...(isThere ? [] : notAmong(at, byDefault))];
}

const notAmong = (at: string, byDefault: string): FieldError[] => [
  invalid(at, parseQuantity(byDefault).toString(), "default value is not valid according to the requestPolicy"),
];

function rangeErrors(at: string, range: CapacityRequestPolicyRange, byDefault: string, capacity: Quantity): FieldError[] {
  if (range.min === undefined) return [required(`${at}.min`, "required when validRange is defined")];
  const [min, max, step, preset] = [range.min, range.max, range.step, byDefault].map((text) => (text === undefined ? undefined : parseQuantity(text)));
  const errors: FieldError[] = [];
  const complain = (member: string, value: Quantity, detail: string) => errors.push(invalid(`${at}.${member}`, value.toString(), detail));
  if (min!.compare(capacity) > 0) complain("min", min!, `min is larger than capacity value: ${capacity}`);
  if (preset!.compare(min!) < 0) complain("default", preset!, `default is less than min: ${min}`);
  if (max) {
    if (min!.compare(max) > 0) complain("max", min!, `min is larger than max: ${max}`);
    if (max.compare(capacity) > 0) complain("max", max, `max is larger than capacity value: ${capacity}`);
    if (preset!.compare(max) > 0) complain("default", preset!, `default is more than max: ${max}`);
  }
  const amounts: Amounts = { default: preset, min, max, step };
  if (!step) return errors;
  if (step.compare(Quantity.zero) <= 0) {
    complain("step", step, "must be greater than zero");
    return errors;
  }
  const once = min!.add(step);
  if (once.compare(capacity) > 0) complain("step", step, `one step ${once} is larger than capacity value: ${capacity}`);
  return [...errors, ...stepErrors(at, amounts)];
}

const MEMBERS = ["default", "min", "max", "step"] as const;
type Amounts = Readonly<Record<(typeof MEMBERS)[number], Quantity | undefined>>;

/** Steps are counted in whole units. */
function stepErrors(at: string, amounts: Amounts): FieldError[] {
  const unsafe = MEMBERS.flatMap((member) => {
    const amount = amounts[member];
    if (!amount) return [];
    if (amount.compare(Quantity.zero) < 0) return [invalid(`${at}.${member}`, amount.toString(), NEGATIVE)];
    return amount.compare(INT64_MAX) > 0 ? [invalid(`${at}.${member}`, amount.toString(), "must not be larger than 9223372036854775807")] : [];
  });
  if (unsafe.length > 0) return unsafe;
  const { min, step } = amounts;
  return [amounts.default, amounts.max].flatMap((amount) => {
    const isOn = !amount || (amount.value() - min!.value()) % step!.value() === 0n;
    return isOn ? [] : [invalid(`${at}.step`, amount!.toString(), `value is not a multiple of a given step (${step}) from (${min})`)];
  });
}
