/** What every decoder throws for bytes that it can't take: the message is the one that Kubernetes gives its clients. */

import { badRequest, type StatusError } from "../status/status-error.ts";

export class DecodeError extends Error {
  override name = "DecodeError";
}

/**
 * The answer to a body that can't be decoded.
 * @param kind what the body says that it is; without one the object is called unrecognized
 * @param expected the kind that the endpoint takes
 * [apiserver pkg/endpoints/handlers/rest.go transformDecodeError]
 */
export function cannotBeHandled(error: Error, kind: string, version: string, expected: string): StatusError {
  if (kind === "") return badRequest(`the object provided is unrecognized (must be of type ${expected}): ${error.message}`);
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected}: ${error.message}`);
}
