/** How an admission plug-in refuses. */

import { forbidden, type StatusCause, type StatusError } from "../../machinery/status/status-error.ts";
import type { AdmissionRequest } from "./plugin.ts";

/** @param why what stands after `pods "web" is forbidden: `. @returns the error to throw */
export function refused(request: AdmissionRequest, why: string, causes?: readonly StatusCause[]): StatusError {
  const { name, generateName } = request.object?.metadata ?? {};
  return forbidden(request.resource, request.name || name || generateName || "Unknown", why, causes);
}
