/** Which devices will do, in CEL. [Kubernetes pkg/apis/resource/validation/validation.go] */

import { type FieldError, required, tooLong } from "../../machinery/status/field-error.ts";
import type { DeviceSelector } from "../tables/resource-v1.ts";
import { listErrors } from "./lists.ts";

const SELECTORS_MAX = 32;
const EXPRESSION_BYTES_MAX = 10 * 1024;

/** @param stored expressions that were once accepted aren't compiled again */
export function selectorErrors(at: string, selectors: readonly DeviceSelector[] | undefined, stored = false): FieldError[] {
  return listErrors(at, selectors, SELECTORS_MAX, ({ cel }, own) => {
    if (!cel) return [required(`${own}.cel`, "")];
    const { expression = "" } = cel;
    if (stored) return [];
    return Buffer.byteLength(expression) > EXPRESSION_BYTES_MAX ? [tooLong(`${own}.cel.expression`, EXPRESSION_BYTES_MAX)] : [];
  });
}
