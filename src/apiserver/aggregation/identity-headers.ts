/**
 * How an extension server learns who asks: by headers, which it believes because of the certificate that this server shows (k8s.io/client-go, transport,
 * SetAuthProxyHeaders). Only what is made here has these names: the client's own never pass.
 */

import type { User } from "../../security/user.ts";

type IdentityHeaders = Record<string, string | readonly string[]>;

export function identityHeaders({ name, uid, groups, extra }: User): IdentityHeaders {
  const headers: IdentityHeaders = { "x-remote-user": name };
  if (uid) headers["x-remote-uid"] = uid;
  if (groups.length > 0) headers["x-remote-group"] = groups;
  for (const [key, values] of Object.entries(extra)) headers[`x-remote-extra-${escaped(key)}`] = values;
  return headers;
}

/** A key may hold what a header's name can't (RFC 9110, 5.6.2): those bytes, and `%`, are percent-encoded. */
function escaped(key: string): string {
  return key.replace(/[^A-Za-z0-9!#$&'*+.^_`|~-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}
