/** PUT: the whole object in place of the one that stands there; for a few kinds it may also be the first. */

import type { KubeObject } from "../../api/kind.ts";
import { forbidden } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";
import { subresourceRules } from "../registry/special.ts";
import { mayBeCreatedByPut } from "../registry/traits.ts";
import { kindOf, notAllowed } from "./kind-of.ts";
import { objectOf, readBody } from "./write/body.ts";
import { checkUid, settleName, settleNamespace } from "./write/names.ts";
import { writeOptions } from "./write/options.ts";
import { wipeSystemFields } from "./write/prepare.ts";
import { runChange } from "./write/run.ts";

export async function update(call: Call): Promise<void> {
  const kind = kindOf(call);
  const { namespace, name, subresource } = call.attributes;
  if (name === "") throw notAllowed();
  const options = writeOptions(call, "UpdateOptions");
  const body = await readBody(call);
  function read(warn?: (message: string) => void): KubeObject {
    const object = objectOf(kind, body, options.fieldValidation, warn);
    settleNamespace(call, object);
    settleName(call, object);
    return object;
  }
  let first: KubeObject | undefined = read((message) => call.warnings.push(message)); // Before asking whether there is anything to replace.
  const { bytes, created } = await runChange(
    call,
    { kind, namespace: kind.namespaced ? namespace : "", name, options, subresource, rules: subresourceRules(kind, subresource) },
    {
      from(last: KubeObject | undefined): KubeObject {
        const next = first ?? read(); // Steps change what they are given.
        first = undefined;
        checkUid(call, next, last);
        if (!last) wipeSystemFields(next);
        return next;
      },
      mayCreate: () => mayBeCreatedByPut(kind) && subresource === "" && mayCreate(call),
    },
  );
  call.context.respond.object(call, created ? 201 : 200, kind, bytes);
}

/** Creating by PUT or apply needs the right to create as well. */
export async function mayCreate(call: Call): Promise<boolean> {
  const { attributes, user, context } = call;
  const { decision, reason } = await context.authorizer.authorize({ user, attributes: { ...attributes, verb: "create" } });
  if (decision === "allow") return true;
  const target = { group: attributes.group, resource: attributes.resource };
  const where = attributes.namespace ? ` in the namespace ${JSON.stringify(attributes.namespace)}` : " at the cluster scope";
  const asked = `User ${JSON.stringify(user.name)} cannot create resource ${JSON.stringify(attributes.resource)} in API group ${JSON.stringify(attributes.group)}${where}`;
  throw forbidden(target, attributes.name, reason ? `${asked}: ${reason}` : asked);
}
