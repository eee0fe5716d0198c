/** Writes data as YAML, as Kubernetes does: keys sorted, lists level with their key, long lines folded at 80 columns. */

import type { JsonValue } from "../json/document.ts";
import { goFloat } from "./go-float.ts";
import { compareKeys } from "./key-order.ts";
import { scalarStyle } from "./scalar-style.ts";

const INDENT = 2;
const FOLD_COLUMN = 80;
/** A longer key is written behind a question mark. */
const KEY_MAX_BYTES = 128;
const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, "0"],
  [0x07, "a"],
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0b, "v"],
  [0x0c, "f"],
  [0x0d, "r"],
  [0x1b, "e"],
  [0x22, '"'],
  [0x5c, "\\"],
  [0x85, "N"],
  [0xa0, "_"],
  [0x2028, "L"],
  [0x2029, "P"],
]);
const ESCAPED = /["\\]|[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\u2028\u2029]/gu;

/** @returns the document, with its final newline */
export function encodeYaml(value: JsonValue): string {
  const writer = new YamlWriter();
  writer.node(value, -INDENT, false);
  return writer.end();
}

class YamlWriter {
  #out = "";
  #column = 0;
  /** The last thing written leaves room for the next: no space is needed. */
  #whitespace = true;
  /** Nothing but indicators stands on the line. */
  #indention = true;

  /** @param indent of the collection that the node is in @param inMapping it is the value of a key */
  node(value: JsonValue, indent: number, inMapping: boolean): void {
    if (value === null || typeof value !== "object") this.#scalar(value, Math.max(indent, 0) + INDENT, false);
    else if (Array.isArray(value)) this.#sequence(value, inMapping && !this.#indention ? Math.max(indent, 0) : indent + INDENT);
    else this.#mapping(value, indent + INDENT);
  }

  end(): string {
    this.#newLine(0);
    return this.#out;
  }

  #mapping(value: { [key: string]: JsonValue }, indent: number): void {
    const keys = Object.keys(value).sort(compareKeys);
    if (keys.length === 0) this.#indicator("{}", true, false, false);
    for (const key of keys) this.#member(key, value[key]!, indent);
  }

  #sequence(items: readonly JsonValue[], indent: number): void {
    if (items.length === 0) this.#indicator("[]", true, false, false);
    for (const item of items) {
      this.#newLine(indent);
      this.#indicator("-", true, false, true);
      this.node(item, indent, false);
    }
  }

  #member(key: string, value: JsonValue, indent: number): void {
    this.#newLine(indent);
    if (Buffer.byteLength(key) <= KEY_MAX_BYTES && !key.includes("\n")) {
      this.#scalar(key, indent + INDENT, true);
      this.#indicator(":", false, false, false);
    } else {
      this.#indicator("?", true, false, true);
      this.#scalar(key, indent + INDENT, false);
      this.#newLine(indent);
      this.#indicator(":", true, false, true);
    }
    this.node(value, indent, true);
  }

  #scalar(value: null | boolean | number | bigint | string, indent: number, isKey: boolean): void {
    if (typeof value !== "string") {
      this.#indicator(typeof value === "number" && !Number.isSafeInteger(value) ? goFloat(value) : String(value), true, false, false);
      return;
    }
    const style = scalarStyle(value, isKey);
    if (style === "literal") this.#literal(value, indent);
    else if (style === "double") this.#folded(`"${value.replace(ESCAPED, escaped)}"`, indent, isKey, true);
    else if (style === "single") this.#folded(`'${value.replaceAll("'", "''")}'`, indent, isKey, false);
    else this.#folded(value, indent, isKey, false);
  }

  /** One line, or several where a single space comes after column 80. @param escapes a line may begin with spaces, behind a backslash */
  #folded(text: string, indent: number, isKey: boolean, escapes: boolean): void {
    if (!this.#whitespace) this.#put(" ");
    const quoted = escapes || text.startsWith("'");
    let start = 0;
    let column = this.#column;
    let spaces = false;
    for (let i = 0; i < text.length; i++, column++) {
      const code = text.charCodeAt(i);
      if (code >= 0xdc00 && code <= 0xdfff) column--; // The second half of a character.
      if (code !== 0x20) {
        spaces = false;
        continue;
      }
      const inside = !quoted || (i > 1 && i < text.length - 2);
      const next = text.charCodeAt(i + 1);
      if (!isKey && !spaces && column > FOLD_COLUMN && inside && (escapes || next !== 0x20)) {
        this.#put(text.slice(start, i));
        this.#indention = false;
        this.#newLine(indent);
        if (next === 0x20) this.#put("\\");
        start = i + 1;
        column = this.#column - 1;
      }
      spaces = true;
    }
    this.#put(text.slice(start));
    this.#whitespace = false;
    this.#indention = false;
  }

  #literal(text: string, indent: number): void {
    this.#indicator("|", true, false, false);
    if (text.startsWith(" ") || text.startsWith("\n")) this.#put(String(INDENT));
    if (!text.endsWith("\n")) this.#put("-");
    else if (text === "\n" || text.endsWith("\n\n")) this.#put("+");
    for (const line of text.replace(/\n$/, "").split("\n")) {
      this.#break();
      this.#indention = true;
      this.#whitespace = true;
      if (line === "") continue;
      this.#newLine(indent);
      this.#put(line);
      this.#indention = false;
    }
    if (!text.endsWith("\n")) return;
    this.#break();
    this.#indention = true;
    this.#whitespace = true;
  }

  #newLine(indent: number): void {
    if (!this.#indention || this.#column > indent || (this.#column === indent && !this.#whitespace)) this.#break();
    if (this.#column < indent) this.#put(" ".repeat(indent - this.#column));
    this.#whitespace = true;
    this.#indention = true;
  }

  #indicator(text: string, needsSpace: boolean, isWhitespace: boolean, isIndention: boolean): void {
    if (needsSpace && !this.#whitespace) this.#put(" ");
    this.#put(text);
    this.#whitespace = isWhitespace;
    this.#indention = this.#indention && isIndention;
  }

  #break(): void {
    this.#out += "\n";
    this.#column = 0;
  }

  #put(text: string): void {
    this.#out += text;
    for (const _ of text) this.#column++;
  }
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const short = ESCAPES.get(code);
  if (short !== undefined) return `\\${short}`;
  const [letter, digits] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).toUpperCase().padStart(Number(digits), "0")}`;
}
