/** The documents by which others check service-account tokens: OpenID Connect discovery and the key set (served at the paths below to who may read them). */

import type { TokenKeys } from "./keys.ts";

export const OIDC_PATH = "/.well-known/openid-configuration";
export const JWKS_PATH = "/openid/v1/jwks";

/** @param jwksUri where the key set can be had: `https://HOST:PORT/openid/v1/jwks`. @returns the JSON document */
export function openIdConfiguration(issuer: string, jwksUri: string): string {
  return JSON.stringify({
    issuer,
    jwks_uri: jwksUri,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  });
}

/** @returns the JSON of the key set (`application/jwk-set+json`) */
export async function keySetDocument(keys: TokenKeys): Promise<string> {
  return JSON.stringify(await keys.jwks());
}
