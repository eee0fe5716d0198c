/** The grammar of label selector queries: `x in (a,,b),y,!z,w!=1` (k8s.io/apimachinery pkg/labels: Parser). */

import { isQualifiedName } from "../names.ts";
import { invalid } from "../status/field-error.ts";
import { type Operator, type Requirement, requirement } from "./requirement.ts";

/** A token's kind is its own text, but for identifiers and the end. */
interface Token {
  readonly kind: string;
  readonly text: string;
}

const SYMBOLS = "=!(),><";
const KEYWORDS: ReadonlySet<string> = new Set([")", ",", "!", "==", "=", ">", "<", "!=", "(", "in", "notin"]);
const IDENTIFIER = "identifier";
const END = "end";

const BINARY: ReadonlyMap<string, Operator> = new Map([
  ["in", "in"],
  ["=", "="],
  ["==", "=="],
  [">", "gt"],
  ["<", "lt"],
  ["notin", "notin"],
  ["!=", "!="],
]);

/** @throws Error in Kubernetes' words */
export function parseRequirements(query: string): Requirement[] {
  const tokens = new Tokens(query);
  const found: Requirement[] = [];
  while (true) {
    const next = tokens.peek();
    if (next.kind === END) return found;
    if (next.kind !== IDENTIFIER && next.kind !== "!") throw new Error(`found '${next.text}', expected: !, identifier, or 'end of string'`);
    try {
      found.push(parseRequirement(tokens));
    } catch (error) {
      throw new Error(`unable to parse requirement: ${(error as Error).message}`, { cause: error });
    }
    const after = tokens.take();
    if (after.kind === END) return found;
    if (after.kind !== ",") throw new Error(`found '${after.text}', expected: ',' or 'end of string'`);
    const begun = tokens.peek();
    if (begun.kind !== IDENTIFIER && begun.kind !== "!") throw new Error(`found '${begun.text}', expected: identifier after ','`);
  }
}

function parseRequirement(tokens: Tokens): Requirement {
  let key = tokens.take();
  const negated = key.kind === "!";
  if (negated) key = tokens.take();
  if (key.kind !== IDENTIFIER) throw new Error(`found '${key.text}', expected: identifier`);
  const complaints = isQualifiedName(key.text);
  if (complaints.length > 0) throw new Error(`<nil>: ${invalid("", key.text, complaints.join("; ")).message}`);
  if (negated) return requirement(key.text, "!", []);
  const next = tokens.peek();
  if (next.kind === END || next.kind === ",") return requirement(key.text, "exists", []);
  const written = tokens.takeOperator();
  const operator = BINARY.get(written.kind);
  if (operator === undefined) throw new Error(`found '${written.text}', expected: in, notin, =, ==, !=, gt, lt`);
  const values = operator === "in" || operator === "notin" ? parseValues(tokens) : [parseExactValue(tokens)];
  return requirement(key.text, operator, [...new Set(values)].sort());
}

function parseValues(tokens: Tokens): string[] {
  const open = tokens.take();
  if (open.kind !== "(") throw new Error(`found '${open.text}' expected: '('`);
  const first = tokens.peek();
  if (first.kind === ")") {
    tokens.take();
    return [""];
  }
  if (first.kind !== IDENTIFIER && first.kind !== ",") throw new Error(`found '${first.text}', expected: ',', ')' or identifier`);
  const values: string[] = [];
  while (true) {
    const token = tokens.take();
    const after = tokens.peek();
    if (token.kind === IDENTIFIER) {
      values.push(token.text);
      if (after.kind === ")") break;
      if (after.kind !== ",") throw new Error(`found '${after.text}', expected: ',' or ')'`);
    } else if (token.kind === ",") {
      // A comma at the start, at the end or after another stands beside an empty value.
      if (values.length === 0 || after.kind === ",") values.push("");
      if (after.kind === ")") {
        values.push("");
        break;
      }
    } else {
      throw new Error(`found '${token.text}', expected: ',', or identifier`);
    }
  }
  tokens.take();
  return values;
}

function parseExactValue(tokens: Tokens): string {
  const next = tokens.peek();
  if (next.kind === END || next.kind === ",") return "";
  const value = tokens.take();
  if (value.kind !== IDENTIFIER) throw new Error(`found '${value.text}', expected: identifier`);
  return value.text;
}

class Tokens {
  readonly #all: Token[] = [];
  #next = 0;

  constructor(query: string) {
    let at = 0;
    while (true) {
      while (at < query.length && " \t\r\n".includes(query.charAt(at))) at++;
      const token =
        at >= query.length || query.charAt(at) === "\0" ? { kind: END, text: "" } : SYMBOLS.includes(query.charAt(at)) ? symbol(query, at) : word(query, at);
      this.#all.push(token);
      if (token.kind === END) return;
      at += token.text.length;
    }
  }

  /** The next token, `in` and `notin` as identifiers: anywhere but between key and values they are names. */
  peek(): Token {
    const token = this.#all[Math.min(this.#next, this.#all.length - 1)] as Token;
    return token.kind === "in" || token.kind === "notin" ? { kind: IDENTIFIER, text: token.text } : token;
  }

  take(): Token {
    const token = this.peek();
    this.#next++;
    return token;
  }

  takeOperator(): Token {
    return this.#all[Math.min(this.#next++, this.#all.length - 1)] as Token;
  }
}

/** @returns the longest operator that begins here */
function symbol(query: string, at: number): Token {
  const two = query.slice(at, at + 2);
  const text = two === "==" || two === "!=" ? two : query.charAt(at);
  return { kind: text, text };
}

function word(query: string, at: number): Token {
  let end = at;
  while (end < query.length && !SYMBOLS.includes(query.charAt(end)) && !" \t\r\n\0".includes(query.charAt(end))) end++;
  const text = query.slice(at, end);
  return { kind: KEYWORDS.has(text) ? text : IDENTIFIER, text };
}
