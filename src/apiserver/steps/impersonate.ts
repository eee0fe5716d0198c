/**
 * Lets a caller act as somebody else, where each part of the other identity is granted: the user, every group, the UID, every extra value
 * (k8s.io/apiserver, pkg/endpoints/filters/impersonation). Headers that are there twice, where one is meant, are refused.
 */

import { badRequest, forbidden } from "../../machinery/status/status-error.ts";
import type { Attributes } from "../../security/attributes.ts";
import { refusal } from "../../security/authz/refusal.ts";
import type { Call, Step } from "../call.ts";

const PREFIX = "impersonate-";
const EXTRA = "impersonate-extra-";
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const ANONYMOUS = "system:anonymous";
const MAX_PARTS = 256;

export const impersonate: Step = {
  name: "impersonate",
  run(call) {
    for (const name in call.exchange.headers) if (name.startsWith(PREFIX)) return become(call);
    return undefined;
  },
};

async function become(call: Call): Promise<void> {
  const { exchange, user: impersonator, context } = call;
  const [name, second] = exchange.values("impersonate-user");
  const [uid, secondUid] = exchange.values("impersonate-uid");
  if (second !== undefined || secondUid !== undefined) throw badRequest("an impersonation header that may stand once stands twice");
  if (!name) throw badRequest("impersonation needs a user: requested groups, a UID or extras without impersonating a user");
  const groups = exchange.values("impersonate-group");
  const extra = extrasOf(call);
  const questions = [userQuestion(name), ...groups.map((group) => question("", "groups", group))];
  if (uid !== undefined) questions.push(question(AUTHENTICATION, "uids", uid));
  for (const [key, values] of extra) for (const value of values) questions.push({ ...question(AUTHENTICATION, "userextras", value), subresource: key });
  if (questions.length > MAX_PARTS) throw badRequest("too many parts of an identity are impersonated");
  for (const attributes of questions) {
    const { decision, reason } = await context.authorizer.authorize({ user: impersonator, attributes });
    if (decision !== "allow") throw refusal(impersonator, attributes, reason);
  }
  if (groups.includes("system:unauthenticated") && name !== ANONYMOUS)
    throw forbidden({ group: "", resource: "groups" }, "", "nobody known is unauthenticated");
  call.impersonator = impersonator;
  call.user = {
    name,
    ...(uid !== undefined && { uid }),
    groups: completed(name, groups),
    extra: Object.assign(Object.create(null), Object.fromEntries(extra)),
    via: impersonator.via,
  };
}

const AUTHENTICATION = "authentication.k8s.io";

function question(group: string, resource: string, name: string): Attributes {
  return { isResource: true, path: "", verb: "impersonate", group, version: "v1", namespace: "", resource, subresource: "", name, tail: "" };
}

/** Service accounts are asked for as what they are, in their namespace. */
function userQuestion(name: string): Attributes {
  const account = ACCOUNT.exec(name);
  return account ? { ...question("", "serviceaccounts", account[2]!), namespace: account[1]! } : question("", "users", name);
}

/** The groups that everybody of that sort is in. */
function completed(name: string, groups: readonly string[]): readonly string[] {
  const account = ACCOUNT.exec(name);
  const own = account && groups.length === 0 ? ["system:serviceaccounts", `system:serviceaccounts:${account[1]}`] : groups;
  const last = name === ANONYMOUS ? "system:unauthenticated" : "system:authenticated";
  return own.includes(last) ? own : [...own, last];
}

/** Keys come percent-encoded and count in lower case. */
function extrasOf({ exchange }: Call): [key: string, values: readonly string[]][] {
  return Object.keys(exchange.headers)
    .filter((name) => name.startsWith(EXTRA))
    .map((name) => {
      try {
        return [decodeURIComponent(name.slice(EXTRA.length)).toLowerCase(), exchange.values(name)];
      } catch {
        throw badRequest("the key of an impersonated extra is not well formed");
      }
    });
}
