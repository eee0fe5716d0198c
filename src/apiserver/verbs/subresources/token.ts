/** serviceaccounts/token: a short-lived token for an account, bound where asked to the object it is for. */

import type { KubeObject } from "../../../api/kind.ts";
import type { TokenRequest } from "../../../api/tables/authentication-v1.ts";
import { noSuchResource } from "../../../machinery/status/status-error.ts";
import type { Call } from "../../call.ts";
import { bodyKind } from "../../registry/body-kind.ts";
import { encodePlain } from "../../registry/codec.ts";
import { admissionRequest, mutateAll, validateAll } from "../admission.ts";
import { kindOf } from "../kind-of.ts";
import { objectOf, readBody } from "../write/body.ts";
import { settleNamespace } from "../write/names.ts";
import { writeOptions } from "../write/options.ts";

export async function createToken(call: Call): Promise<void> {
  const { requestToken } = call.context;
  if (!requestToken) throw noSuchResource(); // This server has no key to sign with.
  const { namespace, name } = call.attributes;
  const kind = bodyKind(kindOf(call), "token");
  const options = writeOptions(call, "CreateOptions");
  const object = objectOf(kind, await readBody(call), options.fieldValidation, (message) => call.warnings.push(message));
  settleNamespace(call, object);
  const request = admissionRequest(call, { operation: "CREATE", kind, name, object, old: undefined, dryRun: options.dryRun });
  await mutateAll(call, request);
  await validateAll(call, request);
  const answer = (await requestToken(namespace, name, object as KubeObject & TokenRequest)) as KubeObject & TokenRequest; // The kind is what says so.
  call.context.respond.object(call, 201, kind, encodePlain(kind, answer));
}
