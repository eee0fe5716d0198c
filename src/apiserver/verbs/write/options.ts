/** What a create, update or patch is asked beside its body: CreateOptions, UpdateOptions and PatchOptions, checked as they are there. */

import { type FieldError, forbiddenField, invalid, notSupported, required, tooLong } from "../../../machinery/status/field-error.ts";
import { invalidObject } from "../../../machinery/status/status-error.ts";
import type { Call } from "../../call.ts";
import { flag, text } from "../query.ts";

export type FieldValidation = "Ignore" | "Warn" | "Strict";

export interface WriteOptions {
  readonly dryRun: boolean;
  /** Who owns the fields that the request sets: what it says, or the client's program name. */
  readonly manager: string;
  readonly fieldValidation: FieldValidation;
  /** An apply takes what others own. */
  readonly force: boolean;
}

const MANAGER_BYTES_MAX = 128;

/** @param form of a patch: whether it is an apply; @throws StatusError 422 named after `kind` */
export function writeOptions(call: Call, kind: "CreateOptions" | "UpdateOptions" | "PatchOptions", apply = false): WriteOptions {
  const { query } = call;
  const manager = text(query, "fieldManager");
  const fieldValidation = text(query, "fieldValidation");
  const force = flag(query, "force");
  const errors: FieldError[] = [];
  if (apply && manager === "") errors.push(required("fieldManager", "is required for apply patch"));
  if (kind === "PatchOptions" && !apply && force !== undefined) errors.push(forbiddenField("force", "may not be specified for non-apply patch"));
  errors.push(...managerErrors(manager), ...dryRunErrors(query));
  if (!["", "Ignore", "Warn", "Strict"].includes(fieldValidation)) {
    errors.push(notSupported("fieldValidation", fieldValidation, ["", "Ignore", "Warn", "Strict"]));
  }
  if (errors.length > 0) throw invalidObject({ group: "meta.k8s.io", kind }, "", errors);
  return {
    dryRun: query.has("dryRun"),
    manager: manager || programName(call.exchange.headers["user-agent"] ?? ""),
    fieldValidation: (fieldValidation || "Warn") as FieldValidation, // Checked above.
    force: force ?? false,
  };
}

/** @returns what is wrong with the values of `dryRun` */
export function dryRunErrors(query: URLSearchParams): FieldError[] {
  const values = query.getAll("dryRun");
  return values.every((value) => value === "All") ? [] : [notSupported("dryRun", values, ["All"])];
}

function managerErrors(manager: string): FieldError[] {
  const errors: FieldError[] = [];
  if (Buffer.byteLength(manager) > MANAGER_BYTES_MAX) errors.push(tooLong("fieldManager", MANAGER_BYTES_MAX));
  for (const match of manager.matchAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu)) {
    const code = match[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    errors.push(invalid("fieldManager", manager, `invalid character U+${code} (at position ${Buffer.byteLength(manager.slice(0, match.index))})`));
  }
  return errors;
}

/** `kubectl/v1.37.2 (linux/amd64)` → `kubectl`, at most 128 bytes of whole, printable characters. */
function programName(agent: string): string {
  const name = (agent.split("/", 1)[0] ?? "").replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "");
  let cut = name;
  while (Buffer.byteLength(cut) > MANAGER_BYTES_MAX) cut = cut.slice(0, -1);
  return cut;
}
