/** The chain of authorizers: members of `system:masters` may do all; then the first with an opinion decides, and without one the answer is no. */

import type { Authorizer, Decision, Question } from "../attributes.ts";

const MASTERS: Decision = { decision: "allow", reason: "" };

/** @param authorizers asked in their order; the reasons of those without an opinion are joined for the refusal */
export function authorizerUnion(authorizers: readonly Authorizer[]): Authorizer {
  function askFrom(index: number, question: Question, reasons: readonly string[]): Decision | Promise<Decision> {
    const authorizer = authorizers[index];
    if (!authorizer) return { decision: "none", reason: reasons.join("\n") };
    const next = (answer: Decision) =>
      answer.decision === "none" ? askFrom(index + 1, question, answer.reason ? [...reasons, `${authorizer.name}: ${answer.reason}`] : reasons) : answer;
    const answer = authorizer.authorize(question);
    return answer instanceof Promise ? answer.then(next) : next(answer); // Policies in memory answer without a turn of the event loop.
  }
  return {
    name: "union",
    authorize: (question) => (question.user.groups.includes("system:masters") ? MASTERS : askFrom(0, question, [])),
  };
}
