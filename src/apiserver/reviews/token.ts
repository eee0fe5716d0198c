/** TokenReview: whose a token is. `serviceaccounts/token`: a new one. */

import type { TokenRequest, TokenReview } from "../../api/tables/authentication-v1.ts";
import { encode } from "../../machinery/json/encode.ts";
import { badRequest } from "../../machinery/status/status-error.ts";
import { CredentialError } from "../../security/authn/credentials.ts";
import { LIFETIME_SECONDS } from "../../security/authn/tokens/request.ts";
import type { Call } from "../call.ts";
import { bodyKind } from "../registry/body-kind.ts";
import { admissionRequest, mutateAll, validateAll } from "../verbs/admission.ts";
import { kindOf } from "../verbs/kind-of.ts";
import { objectOf, readBody } from "../verbs/write/body.ts";
import { writeOptions } from "../verbs/write/options.ts";
import { recordAsker, reviewHandler, userInfo } from "./answer.ts";

export const tokenReview = reviewHandler<TokenReview>(async (review, call) => {
  const { token, audiences } = review.spec;
  if (!token) throw badRequest("token is required for TokenReview in authentication");
  try {
    const found = await call.context.front.tokens.review(token, audiences);
    if (!found) review.status = { error: "invalid bearer token" };
    else review.status = { authenticated: true, user: userInfo(found.user), audiences: [...found.audiences] };
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    review.status = { error: error.message };
  }
});

/** The account's admission sees the request; nothing is stored. */
export async function requestToken(call: Call): Promise<void> {
  const { namespace, name } = call.attributes;
  const kind = bodyKind(kindOf(call), "token");
  const options = writeOptions(call, "CreateOptions");
  const asked = objectOf(kind, await readBody(call), options.fieldValidation, (message) => call.warnings.push(message)) as TokenRequest;
  asked.spec ??= {};
  const request = admissionRequest(call, { operation: "CREATE", kind, name, object: asked, old: undefined, dryRun: options.dryRun });
  await mutateAll(call, request);
  await validateAll(call, request);
  asked.spec.expirationSeconds ??= LIFETIME_SECONDS;
  recordAsker(asked, call, kind, "token");
  const answer = await call.context.front.tokens.request(namespace, name, asked);
  call.annotations.set("authentication.kubernetes.io/issued-credential-id", call.context.front.tokens.idOf(answer.status?.token ?? ""));
  call.context.respond.object(call, 201, kind, Buffer.from(encode(answer, kind.schema)));
}
