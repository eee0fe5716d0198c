/** The conditions that a webhook sets itself, in CEL: it is asked only where all are true. */

import type { StatusError } from "../../../machinery/status/status-error.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { refused } from "../refuse.ts";
import type { Invocation } from "./match.ts";

/** @returns whether the webhook is to be asked. Throws a StatusError where that can't be found out and the webhook fails closed */
export type MatchConditions = (invocation: Invocation, request: AdmissionRequest) => boolean | Promise<boolean>;

/** Conditions of a server that can't evaluate any: a webhook that has some is not asked where it fails open, and refuses where it fails closed. */
export const withoutConditions: MatchConditions = ({ hook }, request) => {
  if (!hook.webhook.matchConditions?.length) return true;
  if (hook.failsOpen) return false;
  const error: StatusError = refused(request, `the match conditions of webhook ${JSON.stringify(hook.webhook.name)} can't be evaluated`);
  throw error;
};
