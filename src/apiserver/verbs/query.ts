/** Query parameters as Kubernetes decodes them: of repeated ones the first counts, and a boolean is true unless it says otherwise. */

import { unclassified } from "../../machinery/patch/failures.ts";
import { badRequest } from "../../machinery/status/status-error.ts";

/** @returns undefined where the parameter isn't there */
export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : text !== "0" && text.toLowerCase() !== "false";
}

/** @returns undefined where the parameter isn't there or empty; throws a 400 StatusError for what is no int64 */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  if (Math.abs(value) > 2 ** 63) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  return value;
}

/** @returns "" where the parameter isn't there */
export function text(query: URLSearchParams, name: string): string {
  return query.get(name) ?? "";
}

/** @returns the revision that a resourceVersion names, undefined for none; for what is no revision throws what `refuse` makes of the complaint: by default a 500, as of a GET */
export function revisionOf(version: string, refuse: (complaint: string) => Error = unclassifiedVersion): number | undefined {
  if (version === "") return undefined;
  if (/^\d{1,19}$/.test(version)) return Number(version);
  throw refuse(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
}

function unclassifiedVersion(complaint: string): Error {
  return unclassified(`resourceVersion: Invalid value: ${valueIn(complaint)}: ${complaint}`);
}

/** The same, as a list refuses it. */
export function badListVersion(complaint: string): Error {
  return badRequest(`invalid resource version: resourceVersion: Invalid value: ${valueIn(complaint)}: ${complaint}`);
}

/** The quoted value that Go's complaint names. */
function valueIn(complaint: string): string {
  return complaint.slice(complaint.indexOf('"'), complaint.lastIndexOf('"') + 1);
}
