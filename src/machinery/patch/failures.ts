/** How a patch that can't be applied is refused, in Kubernetes' words and codes. */

import { StatusError } from "../status/status-error.ts";

/** A patch that is well formed but doesn't fit the object: 422 whose message says no more, as kube-apiserver's does. */
export function doesNotFit(cause: string): StatusError {
  return new StatusError(
    { code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request", details: {} },
    { cause: new Error(cause) },
  );
}

/** What kube-apiserver lets through as a plain Go error: 500 with a message and no reason. */
export function unclassified(message: string): StatusError {
  return new StatusError({ code: 500, reason: "", message });
}
