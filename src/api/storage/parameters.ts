/** What classes of volumes have in common: who provides them, and what the provider is told. */

import { type FieldError, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import { qualifiedName } from "../meta/checks.ts";

const COUNT_MAX = 512;
const BYTES_MAX = 256 << 10;

export function providerErrors(field: string, provider: string | undefined): FieldError[] {
  return provider ? qualifiedName(field, provider.toLowerCase()) : [required(field, "")];
}

export function parameterErrors(field: string, parameters: Readonly<Record<string, string>> = {}): FieldError[] {
  const entries = Object.entries(parameters);
  if (entries.length > COUNT_MAX) return [tooLong(field, COUNT_MAX)];
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [...(Object.hasOwn(parameters, "") ? [invalid(field, "", "field can not be empty.")] : []), ...(bytes > BYTES_MAX ? [tooLong(field, BYTES_MAX)] : [])];
}
