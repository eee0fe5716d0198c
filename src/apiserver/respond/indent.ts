/** JSON for people: the same document with line breaks and two spaces a level. It works on the text, so that no number loses a digit. */

/** @param text one JSON value without white space between its tokens, as the server writes it */
export function indent(text: string): string {
  let out = "";
  let from = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === "{" || character === "[") {
      const closes = character === "{" ? "}" : "]";
      if (text[at + 1] === closes) at++;
      else {
        out += `${text.slice(from, at + 1)}\n${"  ".repeat(++depth)}`;
        from = at + 1;
      }
    } else if (character === "}" || character === "]") {
      out += `${text.slice(from, at)}\n${"  ".repeat(--depth)}`;
      from = at;
    } else if (character === ",") {
      out += `${text.slice(from, at + 1)}\n${"  ".repeat(depth)}`;
      from = at + 1;
    } else if (character === ":") {
      out += `${text.slice(from, at + 1)} `;
      from = at + 1;
    }
  }
  return out + text.slice(from);
}

/** @returns where the quote is that ends the string which begins at `at` */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    if (end === -1) return text.length;
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end;
  }
}
