/** What must come of a request. An expectation looks at the cause and not only at the code, so that a refusal for another reason fails. */

import { isDeepStrictEqual } from "node:util";
import type { Answer } from "./wire.ts";

/** @returns what is wrong with the answer, or undefined */
export type Expectation = (answer: Answer) => string | undefined;

export interface Status {
  readonly kind?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly field?: string; readonly message?: string }[] };
}

export interface Denial {
  /** Any of these codes. */
  readonly status: number | readonly number[];
  /** The Status' reason: `Forbidden`. */
  readonly reason?: string;
  /** A machine-readable cause of which the Status must have one. */
  readonly cause?: string;
  /** The field that a cause must name. */
  readonly field?: string;
  /** What the message must say, where there is no cause to read. */
  readonly message?: RegExp;
}

/** @returns the Status in an answer; empty where there is none */
export function statusOf({ text }: { readonly text: string }): Status {
  try {
    const status = JSON.parse(text) as Status;
    return status.kind === "Status" ? status : {};
  } catch {
    return {};
  }
}

function summary({ code, text }: Answer): string {
  const said = statusOf({ text }).message ?? text;
  return code === 0 ? said : `${code}${said ? ` ${JSON.stringify(said.slice(0, 200))}` : ""}`;
}

export function denied(denial: Denial): Expectation {
  const codes = [denial.status].flat();
  return (answer) => {
    if (answer.code > 0 && answer.code < 300) return `it was allowed: ${answer.code}`;
    if (!codes.includes(answer.code)) return `expected ${codes.join(" or ")}, got ${summary(answer)}`;
    const status = statusOf(answer);
    const causes = status.details?.causes ?? [];
    if (denial.reason !== undefined && status.reason !== denial.reason) return `expected the reason ${denial.reason}, got ${summary(answer)}`;
    const fitting = causes.filter(({ reason }) => reason === denial.cause);
    if (denial.cause !== undefined && fitting.length === 0) return `expected the cause ${denial.cause}, got ${summary(answer)}`;
    if (denial.field !== undefined && !fitting.some(({ field }) => field === denial.field))
      return `expected a cause at ${denial.field}, got ${fitting.map(({ field }) => field).join(", ")}`;
    if (denial.message && !denial.message.test(status.message ?? "")) return `expected a message like ${denial.message}, got ${summary(answer)}`;
    return undefined;
  };
}

/** It must work: what a twin's requests are held to. */
export const succeeds: Expectation = (answer) => (answer.code >= 200 && answer.code < 300 ? undefined : `it was refused: ${summary(answer)}`);

/** Whatever the answer: the drill looks at what came of it. */
export const judgedByItsEffect: Expectation = () => undefined;

/** It must be answered so: code and text. */
export function answers(code: number, text: string): Expectation {
  return (answer) =>
    isDeepStrictEqual([answer.code, answer.text], [code, text]) ? undefined : `expected ${code} ${JSON.stringify(text)}, got ${summary(answer)}`;
}

/** Either will do. */
export function either(...expectations: readonly Expectation[]): Expectation {
  return (answer) => {
    const problems = expectations.map((expect) => expect(answer));
    return problems.includes(undefined) ? undefined : problems.join("; or ");
  };
}
