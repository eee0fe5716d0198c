/** What is handed to a driver as it is: its own parameters. [Kubernetes pkg/apis/resource/validation/validation.go] */

import { isObject } from "../../machinery/plain.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import type { DeviceConfiguration } from "../tables/resource-v1.ts";
import { declaredDriver } from "./names.ts";

const PARAMETERS_BYTES_MAX = 10 * 1024;

/** @param stored what was once accepted isn't measured again */
export function configurationErrors(at: string, { opaque }: DeviceConfiguration, stored = false): FieldError[] {
  if (!opaque) return [required(`${at}.opaque`, "")];
  return [...declaredDriver(`${at}.opaque.driver`, opaque.driver), ...rawErrors(`${at}.opaque.parameters`, opaque.parameters, stored)];
}

/** Any JSON object. */
export function rawErrors(at: string, raw: unknown, stored = false): FieldError[] {
  if (raw === undefined || raw === null) return [required(at, "")];
  const text = JSON.stringify(raw, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
  if (!stored && Buffer.byteLength(text) > PARAMETERS_BYTES_MAX) return [tooLong(at, PARAMETERS_BYTES_MAX)];
  return isObject(raw) ? [] : [invalid(at, "<value omitted>", "must be a valid JSON object")];
}
