/** Names of custom kinds. */

import { isDNS1035Label } from "../../machinery/names.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import type { CustomResourceDefinitionNames } from "../tables/apiextensions-v1.ts";

/** @returns what is wrong with names that are given; those that are missing are another matter */
export function nameErrors(at: string, names: CustomResourceDefinitionNames): FieldError[] {
  const { plural, singular, kind, listKind, shortNames = [], categories = [] } = names;
  const errors = [
    ...label(`${at}.plural`, plural),
    ...label(`${at}.singular`, singular),
    ...mixedCase(`${at}.kind`, kind),
    ...mixedCase(`${at}.listKind`, listKind),
    ...shortNames.flatMap((name, i) => label(`${at}.shortNames[${i}]`, name, true)),
  ];
  if (kind && kind === listKind) errors.push(invalid(`${at}.listKind`, listKind, "kind and listKind may not be the same"));
  return [...errors, ...categories.flatMap((name, i) => label(`${at}.categories[${i}]`, name, true))];
}

function label(field: string, name: string | undefined, always = false): FieldError[] {
  if (!name && !always) return [];
  const complaints = isDNS1035Label(name ?? "");
  return complaints.length > 0 ? [invalid(field, name, complaints.join(","))] : [];
}

function mixedCase(field: string, name: string | undefined): FieldError[] {
  if (!name) return [];
  const complaints = isDNS1035Label(name.toLowerCase());
  return complaints.length > 0 ? [invalid(field, name, `may have mixed case, but should otherwise match: ${complaints.join(",")}`)] : [];
}
