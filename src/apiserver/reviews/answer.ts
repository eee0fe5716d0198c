/** What all reviews have in common: a question comes as an object, and the same object goes back with its status filled in. Nothing is stored. */

import type { Kind, KubeObject, Metadata } from "../../api/kind.ts";
import type { UserInfo } from "../../api/tables/authentication-v1.ts";
import { managedUpdate } from "../../machinery/apply/update.ts";
import { timestamp } from "../../machinery/clock.ts";
import { encode } from "../../machinery/json/encode.ts";
import type { Plain } from "../../machinery/plain.ts";
import type { FieldError } from "../../machinery/status/field-error.ts";
import { invalid } from "../../machinery/status/field-error.ts";
import { invalidObject } from "../../machinery/status/status-error.ts";
import type { User } from "../../security/user.ts";
import type { Call, Handler } from "../call.ts";
import { checkContentType } from "../registry/body-codec.ts";
import { kindOf } from "../verbs/kind-of.ts";
import { objectOf, readBody } from "../verbs/write/body.ts";
import { settleNamespace } from "../verbs/write/names.ts";
import { writeOptions } from "../verbs/write/options.ts";
import { mergeOwnerReferences } from "../verbs/write/owner-references.ts";
import { wipeSystemFields } from "../verbs/write/prepare.ts";

/** @param review fills in the status; may throw a StatusError */
export function reviewHandler<T extends KubeObject>(review: (object: T, call: Call, kind: Kind) => void | Promise<void>): Handler {
  return async (call) => {
    const kind = kindOf(call);
    checkContentType(call, kind);
    const options = writeOptions(call, "CreateOptions");
    const object = objectOf(kind, await readBody(call), options.fieldValidation, (message) => call.warnings.push(message)) as T;
    settleNamespace(call, object);
    wipeSystemFields(object);
    if (kind.schema.byName.has("spec")) Object.assign(object, { spec: (object as { spec?: object }).spec ?? {} }); // Asking nothing is asking with an empty spec.
    mergeOwnerReferences(object, (message) => call.warnings.push(message), false);
    recordAsker(object, call, kind, "");
    await review(object, call, kind);
    call.context.respond.object(call, 201, kind, Buffer.from(encode(object, kind.schema)));
  };
}

/** Who set which fields of the question: the answer shows it. */
export function recordAsker(object: KubeObject, call: Call, { schema, apiVersion }: Kind, subresource: string): void {
  const { manager } = writeOptions(call, "CreateOptions");
  const time = timestamp(call.context.clock.now());
  const next = object as unknown as Plain; // Ownership walks members by the schema's names.
  const entries = managedUpdate({ schema, live: undefined, next, manager, subresource, apiVersion, time, fields: {} });
  if (entries && entries.length > 0) object.metadata.managedFields = entries as NonNullable<Metadata["managedFields"]>;
}

/** @throws StatusError 422 where there are any errors */
export function refuseInvalid(kind: Kind, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidObject({ group: kind.group, kind: "" }, "", errors); // As Kubernetes does, without saying of what kind.
}

/** A question has no metadata, but perhaps a namespace. */
export function metadataErrors({ metadata }: KubeObject, allowed: "none" | "namespace"): FieldError[] {
  const { managedFields: _, namespace, ...rest } = metadata;
  const filled = Object.values(rest).some((value) => value !== undefined) || (allowed === "none" && namespace !== undefined);
  return filled ? [invalid("metadata", metadata, allowed === "none" ? "must be empty" : "must be empty except for namespace")] : [];
}

/** A user as reviews tell of one. */
export function userInfo({ name, uid, groups, extra }: User): UserInfo {
  const keys = Object.keys(extra);
  return { username: name, ...(uid && { uid }), groups: [...groups], ...(keys.length > 0 && { extra: Object.assign(Object.create(null), extra) }) };
}
