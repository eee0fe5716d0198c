/** Asks the authorizers whether the caller may do what the attributes say, and refuses in Kubernetes' words. */

import type { Decision, Question } from "../../security/attributes.ts";
import { refusal } from "../../security/authz/refusal.ts";
import type { Call, Step } from "../call.ts";
import { isOpen } from "../endpoints/open-paths.ts";

const WITH_SELECTORS: ReadonlySet<string> = new Set(["list", "watch", "deletecollection"]);

export const authorize: Step = {
  name: "authorize",
  run(call) {
    if (isOpen(call)) {
      call.decision = { allowed: true, reason: "open to all" };
      return undefined;
    }
    const decision = call.context.front.authorizer.authorize(questionOf(call));
    if (decision instanceof Promise) return decision.then((decided) => settle(call, decided));
    return settle(call, decision);
  },
};

/** @returns the question as authorizers are asked it. Watches by path (`/watch/…`) can't be narrowed by selectors, as in Kubernetes. */
function questionOf({ user, attributes, query }: Call): Question {
  if (!WITH_SELECTORS.has(attributes.verb) || query.size === 0 || !attributes.isResource) return { user, attributes };
  const fieldSelector = query.get("fieldSelector");
  const labelSelector = query.get("labelSelector");
  return { user, attributes, ...(fieldSelector && { fieldSelector }), ...(labelSelector && { labelSelector }) };
}

function settle(call: Call, { decision, reason }: Decision): void {
  const allowed = decision === "allow";
  call.decision = { allowed, reason };
  if (!allowed) throw refusal(call.user, call.attributes, reason);
}
