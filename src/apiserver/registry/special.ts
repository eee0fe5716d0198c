/** What a few resources do beside the common path; one line a resource. */

import { terminateDefinition } from "../../api/apiextensions/termination.ts";
import type { Kind, KubeObject, SubresourceRules } from "../../api/kind.ts";
import type { ServerContext } from "../call.ts";
import type { Write } from "../verbs/write/write.ts";
import { allocateService } from "./allocate/allocate.ts";
import { type Claims, claims } from "./allocate/claims.ts";
import { guardRequest } from "./certificates.ts";
import { namespaceMayVanish, terminateNamespace } from "./namespace.ts";

export interface Special {
  /** The first deletion only marks the object, also without finalizers, and this says how beside the time. */
  terminate?(object: KubeObject): void;
  /** Whether an object without finalizers that is being deleted may go. */
  mayVanish?(object: KubeObject): boolean;
  /** After the kind's own preparation: what the server says of the object beside its metadata. */
  guard?(write: Write): void;
  /** Fills in what comes from a pool, before the object is prepared and validated. */
  allocate?(write: Write): Promise<void>;
  /** What else the object's transaction finds and does. */
  claims?(context: ServerContext, next: KubeObject | undefined, last: KubeObject | undefined): Claims;
}

const SPECIAL: ReadonlyMap<string, Special> = new Map<string, Special>([
  ["/namespaces", { terminate: terminateNamespace, mayVanish: namespaceMayVanish }],
  ["certificates.k8s.io/certificatesigningrequests", { guard: guardRequest }],
  ["apiextensions.k8s.io/customresourcedefinitions", { terminate: terminateDefinition }],
  ["/services", { allocate: allocateService, claims }],
]);

export function specialOf(kind: Kind): Special | undefined {
  return SPECIAL.get(`${kind.group}/${kind.resource}`);
}

/** @returns the rules of an endpoint that writes the same object; undefined where the kind has no such endpoint */
export function subresourceRules(kind: Kind, subresource: string): SubresourceRules<KubeObject> | undefined {
  return kind.rules.subresources?.[subresource];
}
