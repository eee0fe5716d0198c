/** How a string is best written in YAML, by the rules of the writer that Kubernetes uses. */

import { isTimestamp, resolvePlain } from "./resolve.ts";

export type ScalarStyle = "plain" | "single" | "double" | "literal";

const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;
/** What can't stand in a scalar without an escape: control characters, odd line breaks, characters beyond the first plane. */
const UNPRINTABLE = /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const FIRST_INDICATOR = /^[#,[\]{}&*!|>'"%@`]/;
/** Where these stand, plain text would be read as something else: `: `, ` #`, `- `, `? `, three dashes or dots. */
const INDICATORS = /^(?:---|\.\.\.)|^[?:-](?: |$)|:(?: |$)| #/;

/**
 * Texts with a line break other than a newline are escaped, where Kubernetes writes some of them so that they are read as something else.
 * @param isKey a key stands on one line
 */
export function scalarStyle(text: string, isKey: boolean): ScalarStyle {
  if (UNPRINTABLE.test(text)) return "double";
  if (text.includes("\n")) return isKey || text.endsWith(" ") || text.includes(" \n") ? "double" : "literal";
  if (!isRead(text)) return "double";
  const plain = !(text.startsWith(" ") || text.endsWith(" ") || FIRST_INDICATOR.test(text) || INDICATORS.test(text));
  return plain ? "plain" : "single";
}

/** Whether the text, unquoted, is read as itself: not as a number, a boolean, null, a date or a merge. */
function isRead(text: string): boolean {
  return typeof resolvePlain(text) === "string" && !isTimestamp(text) && !BASE_60.test(text) && text !== "<<";
}
