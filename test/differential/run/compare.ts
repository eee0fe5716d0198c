/** What differs between two answers, each difference under a title by which like ones are gathered. */

import { isObject } from "../../../src/machinery/plain.ts";
import type { Seen } from "./normal.ts";

const SHOWN_MAX = 6;

/** @returns a title for each difference; none where the answers are the same */
export function differences(ours: Seen, theirs: Seen): string[] {
  const found: string[] = [];
  if (ours.code !== theirs.code) return [`code ${ours.code}, not ${theirs.code}${reasons(ours, theirs)}`];
  if (ours.type !== theirs.type) found.push(`content type ${ours.type}, not ${theirs.type}`);
  const missing = without(theirs.warnings, ours.warnings);
  const extra = without(ours.warnings, theirs.warnings);
  for (const text of missing) found.push(`no warning ${shape(text)}`);
  for (const text of extra) found.push(`a warning ${shape(text)}`);
  walk(ours.body, theirs.body, "", found);
  return found.length > SHOWN_MAX ? [...found.slice(0, SHOWN_MAX), "and more"] : found;
}

/** What the one server refuses and the other takes. */
function reasons(ours: Seen, theirs: Seen): string {
  const refused = ours.code >= 400 ? ours : theirs;
  if (refused.code < 400 || (ours.code >= 400 && theirs.code >= 400)) return "";
  const causes = isObject(refused.body) && isObject(refused.body.details) && Array.isArray(refused.body.details.causes) ? refused.body.details.causes : [];
  return causes.length > 0
    ? `: ${causes
        .slice(0, 3)
        .map((cause) => `${cause.reason} ${shape(String(cause.field))}`)
        .join(", ")}`
    : "";
}

function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** The text without what is one case's own. */
function shape(text: string): string {
  return text
    .replace(/\[[^\]]*\]/g, "[]")
    .replace(/"(\\.|[^"\\])*"/g, '""')
    .slice(0, 160);
}

function walk(ours: unknown, theirs: unknown, at: string, found: string[]): void {
  if (ours === theirs || (at.endsWith("details.name") && isGenerated(ours, theirs))) return;
  if (at.endsWith(".causes") && Array.isArray(ours) && Array.isArray(theirs)) {
    const [left, right] = [ours, theirs].map((list) => list.map((cause) => `${cause.reason} ${cause.field}${cause.message ? `: ${cause.message}` : ""}`)) as [
      string[],
      string[],
    ];
    for (const cause of without(right, left)) found.push(`no cause ${shape(cause)}`);
    for (const cause of without(left, right)) found.push(`a cause ${shape(cause)}`);
    return;
  }
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (ours.length !== theirs.length) found.push(`${at}: ${ours.length} items, not ${theirs.length}`);
    for (let i = 0; i < Math.min(ours.length, theirs.length); i++) walk(ours[i], theirs[i], `${at}[]`, found);
    return;
  }
  if (isObject(ours) && isObject(theirs)) {
    const names = Object.keys(theirs);
    for (const name of new Set([...names, ...Object.keys(ours)])) walk(ours[name], theirs[name], at ? `${at}.${name}` : name, found);
    const order = (object: object): string =>
      Object.entries(object)
        .filter(([, member]) => member !== undefined)
        .map(([name]) => name)
        .join();
    if (found.length === 0 && order(ours) !== order(theirs)) found.push(`${at}: members in another order`);
    return;
  }
  found.push(`${at}: ${described(ours)}, not ${described(theirs)}`);
}

/** Names that a server made from the same beginning. */
function isGenerated(ours: unknown, theirs: unknown): boolean {
  const suffix = /[bcdfghjklmnpqrstvwxz2456789]{5}$/;
  return typeof ours === "string" && typeof theirs === "string" && suffix.test(ours) && suffix.test(theirs) && ours.slice(0, -5) === theirs.slice(0, -5);
}

function described(value: unknown): string {
  if (value === undefined) return "absent";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
