/** The scale subresource of custom resources: where a definition says that their numbers are. */

import type { KubeObject, ScaleRules } from "../../api/kind.ts";
import type { CustomResourceSubresourceScale } from "../../api/tables/apiextensions-v1.ts";
import { isObject, own, type Plain, put } from "../../machinery/plain.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";

const INT32_MAX = 2 ** 31 - 1;

function namesOf(path: string): string[] {
  return path.replace(/^\./, "").split(".");
}

/** @returns the value; an Error where something on the way is no object */
function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  const names = namesOf(path);
  for (const [i, name] of names.entries()) {
    if (value === undefined) return undefined;
    if (!isObject(value))
      return new Error(`.${names.join(".")} accessor error: ${shown(value)} is of the type ${goType(value)}, expected map[string]interface{} at ${i}`);
    value = own(value, name);
  }
  return value;
}

function shown(value: unknown): string {
  return value === null ? "<nil>" : String(value);
}

function goType(value: unknown): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : typeof value;
}

export function scaleRules({ specReplicasPath, statusReplicasPath, labelSelectorPath }: CustomResourceSubresourceScale): ScaleRules {
  const number = (object: KubeObject, path: string): number | undefined => {
    const value = valueAt(object, path);
    return typeof value === "number" ? value : undefined;
  };
  return {
    path: namesOf(specReplicasPath),
    read(object) {
      const selector = labelSelectorPath ? valueAt(object, labelSelectorPath) : undefined;
      return {
        replicas: number(object, specReplicasPath),
        ready: number(object, statusReplicasPath) ?? 0,
        selector: typeof selector === "string" ? selector : "",
      };
    },
    write(object, replicas) {
      const names = namesOf(specReplicasPath);
      let at = object as unknown as Plain; // Members beside metadata are users'.
      for (const name of names.slice(0, -1)) {
        const next = own(at, name);
        const inside: Plain = isObject(next) ? { ...next } : {};
        put(at, name, inside);
        at = inside;
      }
      put(at, names.at(-1)!, replicas);
    },
    missing(object) {
      return valueAt(object, specReplicasPath) === undefined ? `the spec replicas field ${JSON.stringify(specReplicasPath)} does not exist` : undefined;
    },
  };
}

export function scaleErrors(scale: CustomResourceSubresourceScale | undefined, object: KubeObject): FieldError[] {
  return scale ? numberErrors(object, scale.specReplicasPath) : [];
}

export function scaleStatusErrors(scale: CustomResourceSubresourceScale | undefined, object: KubeObject): FieldError[] {
  if (!scale) return [];
  const errors = numberErrors(object, scale.statusReplicasPath);
  const { labelSelectorPath } = scale;
  if (labelSelectorPath === undefined) return errors;
  const selector = valueAt(object, labelSelectorPath);
  if (selector === undefined || typeof selector === "string") return errors;
  return [...errors, invalid(labelSelectorPath, "", wrongType(labelSelectorPath, selector, "string"))];
}

function numberErrors(object: KubeObject, path: string): FieldError[] {
  const value = valueAt(object, path);
  if (value === undefined) return [];
  if (typeof value !== "number" || !Number.isInteger(value)) return [invalid(path, 0, wrongType(path, value, "int64"))];
  if (value < 0) return [invalid(path, value, "should be a non-negative integer")];
  return value > INT32_MAX ? [invalid(path, value, `should be less than or equal to ${INT32_MAX}`)] : [];
}

function wrongType(path: string, value: unknown, wanted: string): string {
  if (value instanceof Error) return value.message.replace(/ at \d+$/, "");
  return `.${namesOf(path).join(".")} accessor error: ${shown(value)} is of the type ${goType(value)}, expected ${wanted}`;
}
