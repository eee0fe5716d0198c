/**
 * Lets a caller act as somebody else, where each part of the other identity is granted: the user, every group, the UID, every extra value, and for the
 * constrained ways also what is done (k8s.io/apiserver, pkg/endpoints/filters/impersonation; KEP-5284).
 */

import { forbidden, type StatusError } from "../../machinery/status/status-error.ts";
import type { Attributes } from "../../security/attributes.ts";
import { refusal } from "../../security/authz/refusal.ts";
import type { User } from "../../security/user.ts";
import type { Call, Step } from "../call.ts";
import { type Mode, modes, type Need, needsOf } from "./impersonation/modes.ts";
import { accountOf, nodeOf, type Wanted, wantedUser } from "./impersonation/wanted.ts";

const PREFIX = "impersonate-";
const ANONYMOUS = "system:anonymous";

export const impersonate: Step = {
  name: "impersonate",
  run(call) {
    for (const name in call.exchange.headers) if (name.startsWith(PREFIX)) return become(call);
    return undefined;
  },
};

async function become(call: Call): Promise<void> {
  const { user: impersonator } = call;
  const wanted = wantedUser(call.exchange);
  const mode = await allowedMode(call, wanted);
  if (wanted.groups.includes("system:unauthenticated") && wanted.name !== ANONYMOUS)
    throw forbidden({ group: "", resource: "groups" }, "", "nobody known is unauthenticated");
  call.impersonator = impersonator;
  call.impersonationConstraint = mode.name && `impersonate:${mode.name}`;
  call.user = {
    name: wanted.name,
    ...(wanted.uid !== undefined && { uid: wanted.uid }),
    groups: groupsOf(wanted, mode),
    extra: Object.assign(Object.create(null), Object.fromEntries(wanted.extra)),
    via: impersonator.via,
  };
}

/** @returns the first way that is open; throws what the first said where none is */
async function allowedMode(call: Call, wanted: Wanted): Promise<Mode> {
  let first: StatusError | undefined;
  for (const mode of modes) {
    if (!mode.fits(wanted, call.user)) continue;
    const refused = await firstRefusal(call, mode.asker(call.user), needsOf(mode, wanted, call.attributes));
    if (!refused) return mode;
    first ??= refused;
  }
  throw first ?? forbidden({ group: "", resource: "users" }, wanted.name, "all impersonation modes failed");
}

async function firstRefusal(call: Call, asker: User, needs: readonly Need[]): Promise<StatusError | undefined> {
  for (const { attributes, orElse, never } of needs) {
    if (never !== undefined) return refusal(call.user, attributes, never);
    const refused = await answer(call, asker, attributes);
    const last = refused && orElse ? await firstRefusal(call, asker, orElse) : refused;
    if (last) return last;
  }
  return undefined;
}

async function answer(call: Call, asker: User, attributes: Attributes): Promise<StatusError | undefined> {
  const { decision, reason } = await call.context.authorizer.authorize({ user: asker, attributes });
  return decision === "allow" ? undefined : refusal(call.user, attributes, reason);
}

/** The groups that everybody of that sort is in. */
function groupsOf({ name, groups }: Wanted, mode: Mode): readonly string[] {
  const account = accountOf(name);
  const isNode = mode.name !== undefined && nodeOf(name) !== undefined;
  const accounts = account && groups.length === 0 ? ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`] : groups;
  const own = isNode ? ["system:nodes"] : accounts;
  const last = name === ANONYMOUS ? "system:unauthenticated" : "system:authenticated";
  return own.includes(last) ? own : [...own, last];
}
