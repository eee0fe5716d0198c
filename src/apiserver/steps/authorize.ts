/** Asks the authorizers whether the caller may do what the attributes say, and refuses in Kubernetes' words. */

import { forbidden, StatusError } from "../../machinery/status/status-error.ts";
import type { Attributes, Decision, Question } from "../../security/attributes.ts";
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
    const decision = call.context.authorizer.authorize(questionOf(call));
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
  if (!allowed) throw refusal(call.user.name, call.attributes, reason);
}

/** @returns the 403 that a caller gets who may not do what the attributes say. Names are from the request: what HTML would read as markup is spelled out. */
export function refusal(user: string, attributes: Attributes, reason: string): StatusError {
  const { verb, group, namespace, resource, subresource, name } = attributes;
  const because = reason ? `: ${reason}` : "";
  if (!attributes.isResource) {
    const message = `forbidden: ${sanitized(`User ${JSON.stringify(user)} cannot ${verb} path ${JSON.stringify(attributes.path)}`)}${because}`;
    return new StatusError({ code: 403, reason: "Forbidden", message, details: {} });
  }
  const what = JSON.stringify(subresource ? `${resource}/${subresource}` : resource);
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : "at the cluster scope";
  const text = `User ${JSON.stringify(user)} cannot ${verb} resource ${what} in API group ${JSON.stringify(group)} ${where}`;
  return forbidden({ group, resource }, name, sanitized(text) + because);
}

function sanitized(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
