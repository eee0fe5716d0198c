/** Reads an expression into its tree. Macros are expanded as their calls are read. [cel-spec doc/langdef.md#syntax] */

import { CelError, Uint, type Value } from "../values/value.ts";
import type { Call, Entry, Expr, FieldInit } from "./ast.ts";
import type { Issue } from "./issue.ts";
import { type Token, tokenize } from "./lexer.ts";
import { bytesLiteral, intLiteral, stringLiteral, uintLiteral } from "./literals.ts";
import { expandMacro, MacroError } from "./macros.ts";

/** Longer expressions are refused. */
const CHARACTERS_MAX = 100_000;
const DEPTH_MAX = 250;

const RESERVED: ReadonlySet<string> = new Set(
  "as break const continue else for function if import let loop package namespace return var void while".split(" "),
);
const BEGINNERS = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
/** Operators by how tightly they bind, with the functions that they are. */
const named = (...signs: readonly string[]): [string, string][] => signs.map((sign) => [sign, `_${sign}_`]);
const RELATIONS: ReadonlyMap<string, string> = new Map([...named("<", "<=", ">=", ">", "==", "!="), ["in", "@in"]]);
const SUMS: ReadonlyMap<string, string> = new Map(named("+", "-"));
const PRODUCTS: ReadonlyMap<string, string> = new Map(named("*", "/", "%"));

/** Where reading can't go on. */
class SyntaxIssue extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** @returns the tree, or what is wrong */
export function parse(source: string, binds = false): { readonly expr?: Expr; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  if ([...source].length > CHARACTERS_MAX) {
    return { issues: [{ at: 0, message: `expression code point size exceeds limit: size: ${[...source].length}, limit ${CHARACTERS_MAX}` }] };
  }
  const parser = new Parser(
    tokenize(source, (issue) => issues.push(issue)),
    issues,
    binds,
  );
  try {
    const expr = parser.whole();
    return issues.length > 0 ? { issues } : { expr, issues };
  } catch (error) {
    if (!(error instanceof SyntaxIssue)) throw error;
    issues.push({ at: error.at, message: error.message });
    return { issues: issues.toSorted((a, b) => a.at - b.at) };
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #issues: Issue[];
  readonly #binds: boolean;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], issues: Issue[], binds: boolean) {
    this.#tokens = tokens;
    this.#issues = issues;
    this.#binds = binds;
  }

  whole(): Expr {
    const expr = this.#expression();
    const rest = this.#peek();
    if (rest.kind !== "end")
      throw new SyntaxIssue(
        rest.at,
        `Syntax error: ${this.#tokens[this.#next + 1]?.kind === "end" ? "extraneous" : "mismatched"} input '${rest.text}' expecting <EOF>`,
      );
    return expr;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    return this.#tokens[this.#next++]!;
  }

  #at(text: string): boolean {
    const token = this.#peek();
    return token.kind === "operator" && token.text === text;
  }

  #accept(text: string): Token | undefined {
    return this.#at(text) ? this.#take() : undefined;
  }

  /** @param also what else might have stood there, for the message */
  #expect(text: string, also = ""): Token {
    const token = this.#peek();
    if (this.#at(text)) return this.#take();
    if (also) throw new SyntaxIssue(token.at, `Syntax error: mismatched input '${token.text}' expecting {'${text}', ${also}}`);
    throw new SyntaxIssue(
      token.at,
      `Syntax error: ${token.kind === "end" ? `missing '${text}' at` : "mismatched input"} '${token.text}'${token.kind === "end" ? "" : ` expecting '${text}'`}`,
    );
  }

  #expression(): Expr {
    if (++this.#depth > DEPTH_MAX) throw new SyntaxIssue(0, `Internal error: expression recursion limit exceeded: ${DEPTH_MAX}`);
    const condition = this.#logic("||", () => this.#logic("&&", () => this.#binary(0)));
    const question = this.#accept("?");
    const expr = question ? this.#choice(question.at, condition) : condition;
    this.#depth--;
    return expr;
  }

  #choice(at: number, condition: Expr): Expr {
    const yes = this.#logic("||", () => this.#logic("&&", () => this.#binary(0)));
    this.#expect(":");
    return call(at, "_?_:_", [condition, yes, this.#expression()]);
  }

  /** A chain of `&&` or `||`, as a balanced tree: a long one mustn't become a deep one. */
  #logic(sign: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const signs: number[] = [];
    for (let token = this.#accept(sign); token; token = this.#accept(sign)) {
      signs.push(token.at);
      terms.push(operand());
    }
    const balance = (low: number, high: number): Expr => {
      if (low === high) return terms[low]!;
      const middle = Math.floor((low + high) / 2);
      return call(signs[middle]!, `_${sign}_`, [balance(low, middle), balance(middle + 1, high)]);
    };
    return balance(0, terms.length - 1);
  }

  /** Relations, sums and products: each level takes what binds tighter as its operands. */
  #binary(level: number): Expr {
    const names = [RELATIONS, SUMS, PRODUCTS][level];
    if (!names) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#peek();
      const name = token.kind === "operator" ? names.get(token.text) : undefined;
      if (name === undefined) return left;
      this.#next++;
      left = call(token.at, name, [left, this.#binary(level + 1)]);
    }
  }

  #unary(): Expr {
    for (const [sign, name] of [
      ["!", "!_"],
      ["-", "-_"],
    ] as const) {
      const first = this.#peek();
      let count = 0;
      while (this.#at(sign)) {
        if (sign === "-" && count === 0 && this.#isNumber(this.#tokens[this.#next + 1])) break;
        this.#next++;
        count++;
      }
      if (count > 0) {
        const operand = this.#member();
        return count % 2 === 0 ? operand : call(first.at, name, [operand]);
      }
    }
    return this.#member();
  }

  #isOperator(token: Token | undefined, text: string): boolean {
    return token?.kind === "operator" && token.text === text;
  }

  #isNumber(token: Token | undefined): boolean {
    return token?.kind === "int" || token?.kind === "float";
  }

  #member(): Expr {
    let expr = this.#primary();
    for (let links = 0; ; links++) {
      if (links > DEPTH_MAX) throw new SyntaxIssue(0, "Internal error: max recursion depth exceeded");
      const dot = this.#accept(".");
      if (dot) {
        expr = this.#afterDot(dot.at, expr);
        continue;
      }
      const bracket = this.#accept("[");
      if (!bracket) return expr;
      const optional = this.#accept("?");
      const index = this.#expression();
      this.#expect("]");
      expr = call(bracket.at, optional ? "_[?_]" : "_[_]", [expr, index]);
    }
  }

  #afterDot(at: number, operand: Expr): Expr {
    const optional = this.#accept("?");
    const token = this.#take();
    if (token.kind !== "identifier" && token.kind !== "escaped") {
      throw new SyntaxIssue(token.at, `Syntax error: mismatched input '${token.text}' expecting IDENTIFIER`);
    }
    const field = token.kind === "escaped" ? token.text.slice(1, -1) : token.text;
    if (optional) return call(at, "_?._", [operand, { kind: "constant", at: token.at, value: field }]);
    const open = token.kind === "identifier" ? this.#accept("(") : undefined;
    if (open) return this.#call(open.at, field, operand);
    if (this.#at("{")) {
      const name = qualified(operand);
      if (name !== undefined) return this.#object(`${name}.${field}`);
    }
    return { kind: "select", at, operand, field, test: false };
  }

  #call(at: number, name: string, target: Expr | undefined): Expr {
    const args: Expr[] = [];
    if (!this.#at(")")) {
      do args.push(this.#expression());
      while (this.#accept(","));
    }
    this.#expect(")");
    try {
      return expandMacro(at, name, target, args, this.#binds) ?? { kind: "call", at, name, target, args };
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      this.#issues.push({ at: error.at, message: error.message });
      return { kind: "constant", at, value: new CelError(error.message) };
    }
  }

  #primary(): Expr {
    const token = this.#take();
    const literal = this.#literal(token);
    if (literal) return literal;
    if (token.kind === "operator") {
      if (token.text === "(") {
        const inner = this.#expression();
        this.#expect(")");
        return inner;
      }
      if (token.text === "[") return this.#list(token.at);
      if (token.text === "{") return this.#map(token.at);
      if (token.text === "." && this.#peek().kind === "identifier") return this.#identifier(this.#take(), ".");
    }
    if (token.kind === "identifier") return this.#identifier(token, "");
    throw new SyntaxIssue(token.at, `Syntax error: mismatched input '${token.text}' expecting ${BEGINNERS}`);
  }

  #identifier(token: Token, dot: string): Expr {
    if (RESERVED.has(token.text)) {
      this.#issues.push({ at: token.at, message: `reserved identifier: ${token.text}` });
    }
    const open = this.#accept("(");
    if (open) return this.#call(open.at, dot + token.text, undefined);
    return this.#at("{") ? this.#object(dot + token.text) : { kind: "identifier", at: token.at, name: dot + token.text };
  }

  #literal({ kind, text, at }: Token): Expr | undefined {
    const constant = (value: Value | undefined, type: string): Expr => {
      if (value === undefined) this.#issues.push({ at, message: `invalid ${type} literal` });
      return { kind: "constant", at, value: value ?? 0n };
    };
    try {
      if (kind === "string") return constant(stringLiteral(text), "string");
      if (kind === "bytes") return constant(bytesLiteral(text), "bytes");
    } catch (error) {
      this.#issues.push({ at, message: (error as Error).message });
      return constant("", "string");
    }
    if (kind === "int") return constant(intLiteral(text, false), "int");
    if (kind === "float") return constant(finite(Number(text)), "double");
    if (kind === "uint") {
      const value = uintLiteral(text);
      return constant(value === undefined ? undefined : new Uint(value), "uint");
    }
    if (kind !== "operator") return undefined;
    if (text === "true" || text === "false") return constant(text === "true", "bool");
    if (text === "null") return { kind: "constant", at, value: null };
    if (text !== "-" || !this.#isNumber(this.#peek())) return undefined;
    const number = this.#take();
    return number.kind === "int" ? constant(intLiteral(number.text, true), "int") : constant(finite(-Number(number.text)), "double");
  }

  #list(at: number): Expr {
    const items: Expr[] = [];
    const optional = new Set<number>();
    this.#items("]", () => {
      if (this.#accept("?")) optional.add(items.length);
      items.push(this.#expression());
    });
    return { kind: "list", at, items, optional };
  }

  #map(at: number): Expr {
    const entries: Entry[] = [];
    this.#items("}", () => {
      const optional = this.#accept("?") !== undefined;
      const key = this.#expression();
      const colon = this.#expect(":");
      entries.push({ at: colon.at, key, value: this.#expression(), optional });
    });
    return { kind: "map", at, entries };
  }

  #object(name: string): Expr {
    const { at } = this.#take();
    const fields: FieldInit[] = [];
    this.#items("}", () => {
      const optional = this.#accept("?") !== undefined;
      const token = this.#take();
      if (token.kind !== "identifier") throw new SyntaxIssue(token.at, `Syntax error: mismatched input '${token.text}' expecting IDENTIFIER`);
      const colon = this.#expect(":");
      fields.push({ at: colon.at, name: token.text, value: this.#expression(), optional });
    });
    return { kind: "object", at, name, fields };
  }

  /** What stands between brackets, with commas between and perhaps one behind. */
  #items(close: string, item: () => void): void {
    if (this.#at(",") && this.#isOperator(this.#tokens[this.#next + 1], close)) this.#next++;
    while (!this.#at(close)) {
      item();
      if (!this.#accept(",")) break;
    }
    this.#expect(close, "','");
  }
}

function call(at: number, name: string, args: readonly Expr[]): Call {
  return { kind: "call", at, name, target: undefined, args };
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

/** The dotted name that an expression is; undefined for all others. */
export function qualified(expr: Expr): string | undefined {
  if (expr.kind === "identifier") return expr.name;
  if (expr.kind !== "select" || expr.test) return undefined;
  const prefix = qualified(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
