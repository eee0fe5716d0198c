/** The tokens of an expression as the parser goes through them. */

import type { Token } from "./lexer.ts";

/** Where reading can't go on. */
export class SyntaxIssue extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

export class TokenCursor {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token {
    return this.#tokens[this.#next]!;
  }

  /** The one after, where there is one. */
  peekFurther(): Token | undefined {
    return this.#tokens[this.#next + 1];
  }

  take(): Token {
    return this.#tokens[this.#next++]!;
  }

  /** Whether the operator stands here. */
  at(text: string): boolean {
    return isOperator(this.peek(), text);
  }

  /** Takes the operator where it stands here. */
  accept(text: string): Token | undefined {
    return this.at(text) ? this.take() : undefined;
  }

  /** @param also what else might have stood there, for the message. @throws SyntaxIssue where the operator doesn't stand here */
  expect(text: string, also = ""): Token {
    const token = this.peek();
    if (this.at(text)) return this.take();
    if (also) throw new SyntaxIssue(token.at, `Syntax error: mismatched input '${token.text}' expecting {'${text}', ${also}}`);
    throw new SyntaxIssue(
      token.at,
      `Syntax error: ${token.kind === "end" ? `missing '${text}' at` : "mismatched input"} '${token.text}'${token.kind === "end" ? "" : ` expecting '${text}'`}`,
    );
  }

  /** @throws SyntaxIssue where something is left */
  end(): void {
    const rest = this.peek();
    if (rest.kind === "end") return;
    throw new SyntaxIssue(rest.at, `Syntax error: ${this.peekFurther()?.kind === "end" ? "extraneous" : "mismatched"} input '${rest.text}' expecting <EOF>`);
  }
}

export function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === "operator" && token.text === text;
}

export function isNumber(token: Token | undefined): boolean {
  return token?.kind === "int" || token?.kind === "float";
}
