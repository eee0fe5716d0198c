/** The exact JSON parser: keeps every member in its order, integers of any size and the spelling of other numbers. Complains in Go's words. */

import { goQuote } from "../go-quote.ts";
import { type JsonBudget, requestBudget } from "./budget.ts";
import { DecodeError } from "./decode-error.ts";

/** A number that isn't spelled as an integer (`1.0`, `1e3`) or is one that fits no int64. */
export class Fraction {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  /** The nearest double; throws `DecodeError` where there is none. */
  toNumber(): number {
    const value = Number(this.text);
    if (!Number.isFinite(value)) throw new DecodeError(`json: cannot unmarshal number ${this.text} into Go value of type float64`);
    return value;
  }
}

/** An object as it stands in the document: keys may repeat. */
export class Members {
  /** Key and value by turns: half as many arrays as two lists would be. */
  readonly #entries: readonly DocumentValue[];
  constructor(entries: readonly DocumentValue[]) {
    this.#entries = entries;
  }
  get size(): number {
    return this.#entries.length / 2;
  }
  key(index: number): string {
    return this.#entries[2 * index] as string; // The parser puts strings there.
  }
  value(index: number): DocumentValue {
    return this.#entries[2 * index + 1]!;
  }
}

/** The longest int64 has so many with its sign. */
const INT64_CHARACTERS = 20;

/** Integers are numbers where doubles hold them and bigints elsewhere. */
export type DocumentValue = null | boolean | number | bigint | string | Fraction | DocumentValue[] | Members;

/** A JSON value as data: objects without a prototype, so that `__proto__` and `constructor` are ordinary keys. */
export type JsonValue = null | boolean | number | bigint | string | JsonValue[] | { [key: string]: JsonValue };

/** Parses any JSON text, keeping repeated members; throws `DecodeError`. */
export function parseDocument(text: string, budget: JsonBudget = requestBudget): DocumentValue {
  return new Parser(text, budget).document();
}

/** Parses any JSON text into plain data: of repeated members the last one counts, integers beyond 2^53 are bigints. Throws `DecodeError`. */
export function parseJson(source: string | Uint8Array, budget: JsonBudget = requestBudget): JsonValue {
  if (source.length > budget.maxBytes) throw new DecodeError(`json: the document is larger than ${budget.maxBytes} bytes`);
  return plain(parseDocument(typeof source === "string" ? source : utf8(source), budget));
}

/** Text of the bytes; what isn't UTF-8 becomes U+FFFD, as in Go. A byte order mark stays, and isn't JSON. */
export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** The document's value as plain data. */
export function plain(value: DocumentValue): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof Fraction) return value.toNumber();
  if (Array.isArray(value)) return value.map(plain);
  const object: { [key: string]: JsonValue } = Object.create(null);
  for (let i = 0; i < value.size; i++) object[value.key(i)] = plain(value.value(i));
  return object;
}

class Parser {
  readonly #text: string;
  readonly #budget: JsonBudget;
  #at = 0;
  #members = 0;
  #depth = 0;
  /** What objects and lists that are still open have so far; each is cut off at its end, so that no array has room to spare. */
  readonly #stack: DocumentValue[] = [];
  #top = 0;

  constructor(text: string, budget: JsonBudget) {
    this.#text = text;
    this.#budget = budget;
  }

  document(): DocumentValue {
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected("after top-level value");
    return value;
  }

  #value(): DocumentValue {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code === 0x22) return this.#string();
    if (code === 0x7b) return this.#object();
    if (code === 0x5b) return this.#list();
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#number();
    if (code === 0x74) return this.#literal("true", true);
    if (code === 0x66) return this.#literal("false", false);
    if (code === 0x6e) return this.#literal("null", null);
    throw this.#unexpected("looking for beginning of value");
  }

  #object(): Members {
    this.#enter();
    const start = this.#top;
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) === 0x7d) return new Members(this.#leave(start));
    for (;;) {
      this.#skipSpace();
      if (this.#text.charCodeAt(this.#at) !== 0x22) throw this.#unexpected("looking for beginning of object key string");
      const key = this.#string();
      this.#skipSpace();
      if (this.#text.charCodeAt(this.#at) !== 0x3a) throw this.#unexpected("after object key");
      this.#at++;
      this.#stack[this.#top++] = key;
      const value = this.#value();
      this.#stack[this.#top++] = value;
      this.#count();
      this.#skipSpace();
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x7d) return new Members(this.#leave(start));
      if (code !== 0x2c) throw this.#unexpected("after object key:value pair");
      this.#at++;
    }
  }

  #list(): DocumentValue[] {
    this.#enter();
    const start = this.#top;
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) === 0x5d) return this.#leave(start);
    for (;;) {
      const value = this.#value();
      this.#stack[this.#top++] = value;
      this.#count();
      this.#skipSpace();
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x5d) return this.#leave(start);
      if (code !== 0x2c) throw this.#unexpected("after array element");
      this.#at++;
    }
  }

  /** The quotes are at both ends of what JSON.parse then unescapes; it is never given anything else. */
  #string(): string {
    const text = this.#text;
    const start = this.#at++;
    let escaped = false;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 0x22) break;
      if (code === 0x5c) {
        escaped = true;
        this.#escape();
      } else if (code < 0x20 || Number.isNaN(code)) {
        throw this.#unexpected("in string literal");
      } else {
        this.#at++;
      }
    }
    this.#at++;
    if (!escaped) return text.slice(start + 1, this.#at - 1);
    const unescaped: string = JSON.parse(text.slice(start, this.#at));
    return unescaped.toWellFormed();
  }

  #escape(): void {
    this.#at++;
    const code = this.#text.charCodeAt(this.#at);
    if (code === 0x75) {
      for (let i = 0; i < 4; i++) {
        this.#at++;
        if (!/[0-9a-fA-F]/.test(this.#text.charAt(this.#at))) throw this.#unexpected("in \\u hexadecimal character escape");
      }
    } else if (!'bfnrt\\/"'.includes(this.#text.charAt(this.#at)) || Number.isNaN(code)) {
      throw this.#unexpected("in string escape code");
    }
    this.#at++;
  }

  #number(): number | bigint | Fraction {
    const start = this.#at;
    let integer = true;
    if (this.#text.charCodeAt(this.#at) === 0x2d) this.#at++;
    if (this.#text.charCodeAt(this.#at) === 0x30) this.#at++;
    else this.#digits("in numeric literal");
    if (this.#text.charCodeAt(this.#at) === 0x2e) {
      integer = false;
      this.#at++;
      this.#digits("after decimal point in numeric literal");
    }
    if ((this.#text.charCodeAt(this.#at) | 0x20) === 0x65) {
      integer = false;
      this.#at++;
      const sign = this.#text.charCodeAt(this.#at);
      if (sign === 0x2b || sign === 0x2d) this.#at++;
      this.#digits("in exponent of numeric literal");
    }
    const text = this.#text.slice(start, this.#at);
    if (!integer) return new Fraction(text);
    const value = Number(text);
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
    if (text.length > INT64_CHARACTERS) return new Fraction(text);
    const large = BigInt(text);
    return BigInt.asIntN(64, large) === large ? large : new Fraction(text);
  }

  #digits(context: string): void {
    if (!this.#isDigit()) throw this.#unexpected(context);
    while (this.#isDigit()) this.#at++;
  }

  #isDigit(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    return code >= 0x30 && code <= 0x39;
  }

  #literal<T>(word: string, value: T): T {
    for (let i = 0; i < word.length; i++, this.#at++) {
      if (this.#text.charCodeAt(this.#at) !== word.charCodeAt(i)) throw this.#unexpected(`in literal ${word} (expecting ${quoteCharacter(word.charAt(i))})`);
    }
    return value;
  }

  #enter(): void {
    this.#at++;
    if (++this.#depth > this.#budget.maxDepth) throw new DecodeError("exceeded max depth");
  }

  /** @returns what was read since `start` */
  #leave(start: number): DocumentValue[] {
    this.#at++;
    this.#depth--;
    const values = this.#stack.slice(start, this.#top);
    this.#top = start;
    return values;
  }

  #count(): void {
    if (++this.#members > 2 * this.#budget.maxMembers) throw new DecodeError(`json: the document has more than ${this.#budget.maxMembers} members`);
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #unexpected(context: string): DecodeError {
    // Go ends the input with a space, which only some tokens complain of.
    if (this.#at >= this.#text.length) return new DecodeError(INSIDE_TOKEN.test(context) ? `invalid character ' ' ${context}` : "unexpected end of JSON input");
    // Go looks at bytes: of a longer character it names the first.
    const first = Buffer.from(String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0))[0] ?? 0;
    return new DecodeError(`invalid character ${quoteCharacter(String.fromCharCode(first))} ${context}`);
  }
}

const INSIDE_TOKEN = /^(?:in literal|in numeric|after decimal|in exponent|in string escape|in \\u)/;

/** As Go quotes a single character. */
function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${goQuote(character).slice(1, -1)}'`;
}
