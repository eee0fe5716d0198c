/** The conditions that a webhook sets itself, in CEL: it is asked only where all are true. */

import type { AdmissionRequest } from "../plugin.ts";
import type { Invocation } from "./match.ts";

/** @returns whether the webhook is to be asked. Throws a StatusError where that can't be found out and the webhook fails closed */
export type MatchConditions = (invocation: Invocation, request: AdmissionRequest) => boolean | Promise<boolean>;
