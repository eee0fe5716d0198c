/** The documents by which others check this cluster's service-account tokens (KEP-1393). */

import { JWKS_PATH, keySetDocument, OIDC_PATH, openIdConfiguration } from "../../security/authn/tokens/discovery.ts";
import type { TokenKeys } from "../../security/authn/tokens/keys.ts";
import { answerHeaders } from "../respond/headers.ts";
import type { EndpointRow } from "./table.ts";

const CACHING = "public, max-age=3600";

export interface IssuerFacts {
  readonly keys: TokenKeys;
  readonly issuer: string;
  /** Where clients find this server: host and port. */
  address(): string;
}

export function issuerEndpoints({ keys, issuer, address }: IssuerFacts): EndpointRow[] {
  return [
    {
      path: OIDC_PATH,
      methods: ["GET"],
      run(call) {
        const headers = { ...answerHeaders(call, "application/json"), "cache-control": CACHING };
        call.exchange.answer(200, headers, Buffer.from(openIdConfiguration(issuer, `https://${address()}${JWKS_PATH}`)));
      },
    },
    {
      path: JWKS_PATH,
      methods: ["GET"],
      async run(call) {
        const headers = { ...answerHeaders(call, "application/jwk-set+json"), "cache-control": CACHING };
        call.exchange.answer(200, headers, Buffer.from(await keySetDocument(keys)));
      },
    },
  ];
}
