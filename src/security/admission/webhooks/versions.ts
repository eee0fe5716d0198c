/** A request's objects in the versions that webhooks ask for: each is converted once, from the newest state of the object in hand. */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { internalError } from "../../../machinery/status/status-error.ts";
import type { AdmissionRequest } from "../plugin.ts";
import type { Versioned } from "./review.ts";

/** @throws StatusError 500 where the object can't be had in that version */
export async function versionedAs(kind: Kind, request: AdmissionRequest): Promise<Versioned> {
  const { object, old } = request;
  if (kind === request.kind) return { kind, object, old };
  return { kind, object: await converted(kind, request, object), old: await converted(kind, request, old) };
}

async function converted(kind: Kind, { equivalents, kind: own }: AdmissionRequest, object: KubeObject | undefined): Promise<KubeObject | undefined> {
  if (!object) return undefined;
  try {
    return await equivalents.convert(object, own, kind);
  } catch (error) {
    throw internalError(error);
  }
}
