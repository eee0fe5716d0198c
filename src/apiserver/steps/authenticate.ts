/** Finds out who asks. Nobody gets further without a credential, but to ask whether the server lives. */

import { unauthorized } from "../../machinery/status/status-error.ts";
import type { User } from "../../security/user.ts";
import type { Call, Step } from "../call.ts";
import { isOpen } from "../endpoints/open-paths.ts";

export const authenticate: Step = {
  name: "authenticate",
  run(call) {
    const user = call.context.front.authenticate(call.exchange, call);
    if (user instanceof Promise) return user.then((found) => settle(call, found));
    return settle(call, user);
  },
};

function settle(call: Call, user: User | undefined): void {
  if (user) call.user = user;
  else if (!isOpen(call)) throw unauthorized();
}
