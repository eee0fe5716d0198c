/** A number or a string, such as a port (`80`, `"http"`) or a share (`2`, `"25%"`). */

export type IntOrString = number | string;

/** @returns the number; of a string that is none, 0, as Kubernetes' IntValue */
export function intValue(value: IntOrString): number {
  if (typeof value === "number") return value;
  return /^[+-]?\d{1,18}$/.test(value) ? Number(value) : 0;
}

/**
 * The number itself, or that many hundredths of `total`. [apimachinery pkg/util/intstr GetScaledValueFromIntOrPercent]
 * Throws for a string that is no percentage.
 */
export function scaledValue(value: IntOrString, total: number, roundUp: boolean): number {
  if (typeof value === "number") return value;
  const percent = /^([+-]?\d+)%$/.exec(value)?.[1];
  if (percent === undefined) throw new Error(`invalid value for IntOrString: invalid type: string is not a percentage`);
  const share = (Number(percent) * total) / 100;
  return roundUp ? Math.ceil(share) : Math.floor(share);
}
