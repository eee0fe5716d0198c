/** The path of every write, from the object as it shall be to the object as it is stored; a conflict runs it again from the newest. */

import type { AdmissionRequest, Alongside } from "../../../security/admission/plugin.ts";
import { specialOf } from "../../registry/special.ts";
import { admissionRequest, mutateAll, validateAll } from "../admission.ts";
import { alongside } from "./alongside.ts";
import { commit } from "./commit.ts";
import { mergeOwnerReferences } from "./owner-references.ts";
import { recordOwnership } from "./ownership.ts";
import { prepare } from "./prepare.ts";
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

function setDefaults({ kind, next }: Write): void {
  kind.rules.defaults?.(next);
}

async function mutate(write: Write): Promise<void> {
  await mutateAll(write.call, asked(write));
  mergeOwnerReferences(write.next, (message) => write.call.warnings.push(message), true);
}

/** Where a pool gives values: Service addresses and ports. */
function allocate(write: Write): Promise<void> | undefined {
  return write.subresource === "" ? specialOf(write.kind)?.allocate?.(write) : undefined;
}

async function admit(write: Write): Promise<void> {
  await validateAll(write.call, asked(write, alongside(write)));
}

function asked({ call, operation, kind, name, next, last, options }: Write, also?: Alongside): AdmissionRequest {
  return admissionRequest(call, { operation, kind, name, object: next, old: last, dryRun: options.dryRun, ...(also && { also }) });
}
