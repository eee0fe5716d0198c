/** The path of every write, from the object as it shall be to the object as it is stored; a conflict runs it again from the newest. */

import { badRequest } from "../../../machinery/status/status-error.ts";
import type { AdmissionRequest, Alongside } from "../../../security/admission/plugin.ts";
import { specialOf } from "../../registry/special.ts";
import { admissionRequest, mutateAll, validateAll } from "../admission.ts";
import { alongside } from "./alongside.ts";
import { commit } from "./commit.ts";
import { mergeOwnerReferences } from "./owner-references.ts";
import { recordOwnership } from "./ownership.ts";
import { prepare, wipeSystemFields } from "./prepare.ts";
import { keepEntryTimes } from "./times.ts";
import { validate } from "./validate.ts";
import type { Write, WriteStep } from "./write.ts";

/** Before these: the body was decoded or the patch applied. */
export const write: readonly WriteStep[] = [mergeOwners, setDefaults, recordOwnership, mutate, allocate, prepare, keepEntryTimes, validate, admit, commit];

/** A change of scale: what admission and validation had to see was the Scale. */
export const scaleWrite: readonly WriteStep[] = [prepare, validate, commit];

/** What a patch makes of owners is looked at only after admission. */
function mergeOwners({ call, next }: Write): void {
  if (call.attributes.verb === "patch") return;
  mergeOwnerReferences(next, (message) => call.warnings.push(message), false);
}

/** A name that is generated comes after the defaults, and may be tried again: so Kubernetes copies the object, and what two places shared becomes two. */
function setDefaults({ call, kind, next, generated }: Write): void {
  const { metadata } = next;
  const { name } = metadata;
  if (generated) metadata.name = "";
  kind.rules.defaults?.(next, { now: call.context.clock.now() });
  if (!generated) return;
  if (name !== undefined) metadata.name = name;
  if (metadata.labels) metadata.labels = Object.assign(Object.create(null), metadata.labels);
}

async function mutate(write: Write): Promise<void> {
  const { call, next, last, name, generated } = write;
  if (generated) next.metadata.name = ""; // As yet it has none: who changes objects may give it one.
  await mutateAll(call, asked(write, generated ? "" : name));
  if (generated) next.metadata.name ||= name;
  if (!last) settleNew(write);
  mergeOwnerReferences(next, (message) => call.warnings.push(message), true);
}

/** A new object goes where it now says, and what only the server may say of it is still the server's. */
function settleNew(write: Write): void {
  const { metadata } = write.next;
  if ((metadata.namespace ?? "") !== write.namespace) throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  write.name = metadata.name ?? "";
  wipeSystemFields(write.next);
}

/** Where a pool gives values: Service addresses and ports. */
function allocate(write: Write): Promise<void> | undefined {
  return write.subresource === "" ? specialOf(write.kind)?.allocate?.(write) : undefined;
}

async function admit(write: Write): Promise<void> {
  await validateAll(write.call, asked(write, write.name, alongside(write)));
}

function asked({ call, operation, kind, next, last, options }: Write, name: string, also?: Alongside): AdmissionRequest {
  return admissionRequest(call, { operation, kind, name, object: next, old: last, dryRun: options.dryRun, ...(also && { also }) });
}
