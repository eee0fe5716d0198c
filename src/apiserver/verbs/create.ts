/** POST: a new object under its own name, or under one that the server makes from `generateName`. */

import { StatusError } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";
import { checkContentType } from "../registry/body-codec.ts";
import { kindOf, notAllowed } from "./kind-of.ts";
import { objectOf, readBody } from "./write/body.ts";
import { ConflictError } from "./write/conflict-error.ts";
import { nameFor, settleNamespace } from "./write/names.ts";
import { writeOptions } from "./write/options.ts";
import { wipeSystemFields } from "./write/prepare.ts";
import { runCreate } from "./write/run.ts";

const NAME_ATTEMPTS = 8;
/** What a pool gave was taken by another in the same moment: chosen anew. */
const CLAIM_ATTEMPTS = 100;

export async function create(call: Call): Promise<void> {
  const kind = kindOf(call);
  if (call.attributes.name !== "" || (kind.namespaced && !kind.form && call.attributes.namespace === "")) throw notAllowed();
  checkContentType(call, kind);
  const options = writeOptions(call, "CreateOptions");
  const body = await readBody(call);
  await call.context.caches.of(kind).ready();
  let named = 0;
  for (let attempt = 1; ; attempt++) {
    const began = call.context.clock.now();
    const next = objectOf(kind, body, options.fieldValidation, attempt === 1 ? (message) => call.warnings.push(message) : undefined);
    wipeSystemFields(next);
    settleNamespace(call, next);
    const generated = !next.metadata.name && next.metadata.generateName !== undefined && next.metadata.generateName !== "";
    if (generated) next.metadata.name = nameFor(kind, next.metadata.generateName!, call.context.random);
    else if (!next.metadata.name && kind.rules.generatesNames === "always") next.metadata.name = call.context.random.uuid();
    const { name = "", namespace = "" } = next.metadata;
    call.subject = { name };
    try {
      const bytes = await runCreate(call, { kind, namespace, name, options, generated }, next, call.context.clock.now() - began);
      call.subject = { name: next.metadata.name ?? "", uid: next.metadata.uid };
      return call.context.respond.object(call, 201, kind, bytes);
    } catch (error) {
      if (error instanceof ConflictError && attempt < CLAIM_ATTEMPTS) continue;
      const taken = error instanceof StatusError && error.status.reason === "AlreadyExists";
      if (!generated || !taken || ++named === NAME_ATTEMPTS) throw error;
    }
  }
}
