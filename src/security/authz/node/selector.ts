/** Whether a field selector pins a field to one value. */

/** @returns the terms of a selector, its escapes (`\,`, `\=`, `\\`) undone */
function termsOf(selector: string): string[] {
  const terms: string[] = [];
  let term = "";
  for (let at = 0; at < selector.length; at++) {
    if (selector[at] === "\\") term += selector[at] + (selector[++at] ?? "");
    else if (selector[at] === ",") {
      terms.push(term);
      term = "";
    } else term += selector[at];
  }
  return [...terms, term];
}

/** @returns whether every object that the selector takes has this value in the field; values that need escapes aren't asked for here */
export function pins(selector: string | undefined, field: string, value: string): boolean {
  return selector !== undefined && termsOf(selector).some((term) => term === `${field}=${value}` || term === `${field}==${value}`);
}
