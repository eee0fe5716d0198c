/** Cuts an expression into tokens. [cel-spec grammar; cel-go parser/gen/CEL.g4] */

import type { Issue } from "./issue.ts";

export type TokenKind = "identifier" | "escaped" | "int" | "uint" | "float" | "string" | "bytes" | "operator" | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const SPACE = /(?:[\t \r\n\f]|\/\/[^\n]*)+/y;
const NUMBER = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|(?:0x[0-9a-fA-F]+|\d+)[uU]?/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const ESCAPED = /`[A-Za-z0-9_.\-/ ]+`/y;
const OPERATOR = /==|!=|<=|>=|&&|\|\||[[\]{}().,\-!?:+*/%<>]/y;
/** The start of a text in quotes, with its prefixes; what follows is read by hand. */
const QUOTE = /([rRbB]{0,2})("""|'''|"|')/y;
/** What may follow a backslash. */
const ESCAPE = /\\(?:[abfnrtv"'\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y;

/** @returns the tokens, the last of kind `end`; what can't be read is reported and left out */
export function tokenize(source: string, report: (issue: Issue) => void): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  while (at < source.length) {
    const space = match(SPACE);
    if (space) {
      at += space.length;
      continue;
    }
    const quoted = quotedText(source, at);
    const token = quoted ?? plainToken(match);
    if (token && token.text !== "") {
      tokens.push({ ...token, at });
      at += token.text.length;
      continue;
    }
    const bad = badText(source, at);
    report({ at, message: `Syntax error: token recognition error at: '${bad}'` });
    at += bad.length;
  }
  tokens.push({ kind: "end", text: "<EOF>", at: source.length });
  return tokens;
}

function plainToken(match: (pattern: RegExp) => string | undefined): Omit<Token, "at"> | undefined {
  const number = match(NUMBER);
  if (number) return { kind: /[uU]$/.test(number) ? "uint" : /^0x|^\d+$/.test(number) ? "int" : "float", text: number };
  const word = match(WORD);
  if (word) return { kind: ["in", "true", "false", "null"].includes(word) ? "operator" : "identifier", text: word };
  const escaped = match(ESCAPED);
  if (escaped) return { kind: "escaped", text: escaped };
  const operator = match(OPERATOR);
  return operator ? { kind: "operator", text: operator } : undefined;
}

/** A string or bytes literal as it is written, quotes and prefixes included; undefined where none begins or it doesn't end. */
function quotedText(source: string, at: number): Omit<Token, "at"> | undefined {
  QUOTE.lastIndex = at;
  const [open = "", prefix = "", quote = ""] = QUOTE.exec(source) ?? [];
  if (open === "" || /^(?:rr|bb)$/i.test(prefix)) return undefined;
  const raw = /r/i.test(prefix);
  let i = at + open.length;
  while (i < source.length) {
    if (source.startsWith(quote, i)) return { kind: /b/i.test(prefix) ? "bytes" : "string", text: source.slice(at, i + quote.length) };
    const character = source[i]!;
    if (quote.length === 1 && (character === "\n" || character === "\r")) return undefined;
    if (character !== "\\" || raw) {
      i++;
      continue;
    }
    ESCAPE.lastIndex = i;
    const sequence = ESCAPE.exec(source)?.[0];
    if (!sequence) return undefined;
    i += sequence.length;
  }
  return undefined;
}

/** How much of the source a lexer gives up at once: an open quote to the end of its line, else one character. */
function badText(source: string, at: number): string {
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  if (character !== '"' && character !== "'") return character;
  const line = /^[^\n\r]*/.exec(source.slice(at))?.[0] ?? character;
  const slash = line.indexOf("\\");
  return slash > 0 ? line.slice(0, slash + 2) : line;
}
