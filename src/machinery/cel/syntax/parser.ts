/** Reads an expression into its tree. Macros are expanded as their calls are read. [cel-spec doc/langdef.md#syntax] */

import { CelError, Uint, type Value } from "../values/value.ts";
import type { Call, Entry, Expr, FieldInit } from "./ast.ts";
import { isNumber, isOperator, SyntaxIssue, TokenCursor } from "./cursor.ts";
import type { Issue } from "./issue.ts";
import { type Token, tokenize } from "./lexer.ts";
import { bytesLiteral, intLiteral, stringLiteral, uintLiteral } from "./literals.ts";
import { expandMacro, MacroError } from "./macros.ts";
import { qualified } from "./parts.ts";

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
  readonly #cursor: TokenCursor;
  readonly #issues: Issue[];
  readonly #binds: boolean;
  #depth = 0;

  constructor(tokens: readonly Token[], issues: Issue[], binds: boolean) {
    this.#cursor = new TokenCursor(tokens);
    this.#issues = issues;
    this.#binds = binds;
  }

  whole(): Expr {
    const expr = this.#expression();
    this.#cursor.end();
    return expr;
  }

  #expression(): Expr {
    if (++this.#depth > DEPTH_MAX) throw new SyntaxIssue(0, `Internal error: expression recursion limit exceeded: ${DEPTH_MAX}`);
    const condition = this.#logic("||", () => this.#logic("&&", () => this.#binary(0)));
    const question = this.#cursor.accept("?");
    const expr = question ? this.#choice(question.at, condition) : condition;
    this.#depth--;
    return expr;
  }

  #choice(at: number, condition: Expr): Expr {
    const yes = this.#logic("||", () => this.#logic("&&", () => this.#binary(0)));
    this.#cursor.expect(":");
    return call(at, "_?_:_", [condition, yes, this.#expression()]);
  }

  /** A chain of `&&` or `||`, as a balanced tree: a long one mustn't become a deep one. */
  #logic(sign: string, operand: () => Expr): Expr {
    const terms = [operand()];
    const signs: number[] = [];
    for (let token = this.#cursor.accept(sign); token; token = this.#cursor.accept(sign)) {
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
      const token = this.#cursor.peek();
      const name = token.kind === "operator" ? names.get(token.text) : undefined;
      if (name === undefined) return left;
      this.#cursor.take();
      left = call(token.at, name, [left, this.#binary(level + 1)]);
    }
  }

  #unary(): Expr {
    for (const [sign, name] of [
      ["!", "!_"],
      ["-", "-_"],
    ] as const) {
      const first = this.#cursor.peek();
      let count = 0;
      while (this.#cursor.at(sign)) {
        if (sign === "-" && count === 0 && isNumber(this.#cursor.peekFurther())) break;
        this.#cursor.take();
        count++;
      }
      if (count > 0) {
        const operand = this.#member();
        return count % 2 === 0 ? operand : call(first.at, name, [operand]);
      }
    }
    return this.#member();
  }

  #member(): Expr {
    let expr = this.#primary();
    for (let links = 0; ; links++) {
      if (links > DEPTH_MAX) throw new SyntaxIssue(0, "Internal error: max recursion depth exceeded");
      const dot = this.#cursor.accept(".");
      if (dot) {
        expr = this.#afterDot(dot.at, expr);
        continue;
      }
      const bracket = this.#cursor.accept("[");
      if (!bracket) return expr;
      const optional = this.#cursor.accept("?");
      const index = this.#expression();
      this.#cursor.expect("]");
      expr = call(bracket.at, optional ? "_[?_]" : "_[_]", [expr, index]);
    }
  }

  #afterDot(at: number, operand: Expr): Expr {
    const optional = this.#cursor.accept("?");
    const token = this.#cursor.take();
    if (token.kind !== "identifier" && token.kind !== "escaped") {
      throw new SyntaxIssue(token.at, `Syntax error: mismatched input '${token.text}' expecting IDENTIFIER`);
    }
    const field = token.kind === "escaped" ? token.text.slice(1, -1) : token.text;
    if (optional) return call(at, "_?._", [operand, { kind: "constant", at: token.at, value: field }]);
    const open = token.kind === "identifier" ? this.#cursor.accept("(") : undefined;
    if (open) return this.#call(open.at, field, operand);
    if (this.#cursor.at("{")) {
      const name = qualified(operand);
      if (name !== undefined) return this.#object(`${name}.${field}`);
    }
    return { kind: "select", at, operand, field, test: false };
  }

  #call(at: number, name: string, target: Expr | undefined): Expr {
    const args: Expr[] = [];
    if (!this.#cursor.at(")")) {
      do args.push(this.#expression());
      while (this.#cursor.accept(","));
    }
    this.#cursor.expect(")");
    try {
      return expandMacro(at, name, target, args, this.#binds) ?? { kind: "call", at, name, target, args };
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      this.#issues.push({ at: error.at, message: error.message });
      return { kind: "constant", at, value: new CelError(error.message) };
    }
  }

  #primary(): Expr {
    const token = this.#cursor.take();
    const literal = this.#literal(token);
    if (literal) return literal;
    if (token.kind === "operator") {
      if (token.text === "(") {
        const inner = this.#expression();
        this.#cursor.expect(")");
        return inner;
      }
      if (token.text === "[") return this.#list(token.at);
      if (token.text === "{") return this.#map(token.at);
      if (token.text === "." && this.#cursor.peek().kind === "identifier") return this.#identifier(this.#cursor.take(), ".");
    }
    if (token.kind === "identifier") return this.#identifier(token, "");
    throw new SyntaxIssue(token.at, `Syntax error: mismatched input '${token.text}' expecting ${BEGINNERS}`);
  }

  #identifier(token: Token, dot: string): Expr {
    if (RESERVED.has(token.text)) {
      this.#issues.push({ at: token.at, message: `reserved identifier: ${token.text}` });
    }
    const open = this.#cursor.accept("(");
    if (open) return this.#call(open.at, dot + token.text, undefined);
    return this.#cursor.at("{") ? this.#object(dot + token.text) : { kind: "identifier", at: token.at, name: dot + token.text };
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
    if (text !== "-" || !isNumber(this.#cursor.peek())) return undefined;
    const number = this.#cursor.take();
    return number.kind === "int" ? constant(intLiteral(number.text, true), "int") : constant(finite(-Number(number.text)), "double");
  }

  #list(at: number): Expr {
    const items: Expr[] = [];
    const optional = new Set<number>();
    this.#items("]", () => {
      if (this.#cursor.accept("?")) optional.add(items.length);
      items.push(this.#expression());
    });
    return { kind: "list", at, items, optional };
  }

  #map(at: number): Expr {
    const entries: Entry[] = [];
    this.#items("}", () => {
      const optional = this.#cursor.accept("?") !== undefined;
      const key = this.#expression();
      const colon = this.#cursor.expect(":");
      entries.push({ at: colon.at, key, value: this.#expression(), optional });
    });
    return { kind: "map", at, entries };
  }

  #object(name: string): Expr {
    const { at } = this.#cursor.take();
    const fields: FieldInit[] = [];
    this.#items("}", () => {
      const optional = this.#cursor.accept("?") !== undefined;
      const token = this.#cursor.take();
      if (token.kind !== "identifier") throw new SyntaxIssue(token.at, `Syntax error: mismatched input '${token.text}' expecting IDENTIFIER`);
      const colon = this.#cursor.expect(":");
      fields.push({ at: colon.at, name: token.text, value: this.#expression(), optional });
    });
    return { kind: "object", at, name, fields };
  }

  /** What stands between brackets, with commas between and perhaps one behind. */
  #items(close: string, item: () => void): void {
    if (this.#cursor.at(",") && isOperator(this.#cursor.peekFurther(), close)) this.#cursor.take();
    while (!this.#cursor.at(close)) {
      item();
      if (!this.#cursor.accept(",")) break;
    }
    this.#cursor.expect(close, "','");
  }
}

function call(at: number, name: string, args: readonly Expr[]): Call {
  return { kind: "call", at, name, target: undefined, args };
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
