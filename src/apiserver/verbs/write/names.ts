/** Where an object belongs: what its metadata says of namespace and name must agree with the path. */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import type { Random } from "../../../machinery/random.ts";
import { badRequest, conflict } from "../../../machinery/status/status-error.ts";
import type { Call } from "../../call.ts";
import { kindOf } from "../kind-of.ts";

/** Fills in the namespace, or throws a 400 StatusError where the object names another. */
export function settleNamespace(call: Call, { metadata }: KubeObject): void {
  const { namespaced } = kindOf(call);
  const { namespace } = call.attributes;
  if (namespaced) {
    if (!metadata.namespace) metadata.namespace = namespace;
    else if (metadata.namespace !== namespace) throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  } else delete metadata.namespace; // What has no namespace may say one: it isn't taken.
}

/** Throws a 400 StatusError where an update's object doesn't bear the name at the path. */
export function settleName(call: Call, { metadata }: KubeObject): void {
  const { name } = call.attributes;
  if (!metadata.name) throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}

/** An update may say which object it means by its UID. Throws a 409 StatusError where another stands under the name. */
export function checkUid(call: Call, next: KubeObject, last: KubeObject | undefined): void {
  const { uid } = next.metadata;
  if (!uid || uid === last?.metadata.uid) return;
  const { namespace, name, resource } = call.attributes;
  const key = ["", "registry", resource, ...(namespace ? [namespace] : []), name].join("/"); // As Kubernetes' store words it.
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${last?.metadata.uid ?? ""}`;
  throw conflict(kindOf(call), name, `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`);
}

const GENERATED_BASE_MAX = 58;
/** No vowels, and nothing that looks like another: generated names shall neither offend nor confuse. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** @returns a name that begins with `base` and ends in five random characters */
export function nameFor(kind: Kind, base: string, random: Random): string {
  if (kind.rules.generatesNames === "never") return base;
  let suffix = "";
  for (let i = 0; i < 5; i++) suffix += ALPHABET[random.below(ALPHABET.length)];
  return base.slice(0, GENERATED_BASE_MAX) + suffix;
}
