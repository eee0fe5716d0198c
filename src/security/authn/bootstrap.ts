/** Bootstrap tokens (`ID.SECRET`), by which a machine joins: secrets of their own type in kube-system (KEP-130; plugin/pkg/auth/authenticator/token/bootstrap). */

import { createHash, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../api/tables/core-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { Reader } from "../reader.ts";
import { type Authenticator, bearerToken, CredentialError, extras } from "./credentials.ts";

const TYPE = "bootstrap.kubernetes.io/token";
const TOKEN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const DEFAULT_GROUP = "system:bootstrappers";
const GROUP = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;

const digest = (text: string) => createHash("sha256").update(text).digest();

export function bootstrapAuthenticator(reader: Reader, clock: Clock): Authenticator {
  return {
    name: "bootstrap",
    authenticate(credentials) {
      const [, id, secret] = TOKEN.exec(bearerToken(credentials) ?? "") ?? [];
      if (id === undefined || secret === undefined) return undefined;
      const object = reader.get<Secret>("", "secrets", "kube-system", `bootstrap-token-${id}`);
      const field = (name: string) => Buffer.from(object?.data?.[name] ?? "", "base64").toString("utf8");
      // Both sides are digested and compared in a time that doesn't depend on them, whether or not there is such a token.
      const same = timingSafeEqual(digest(field("token-secret")), digest(secret));
      if (!object || !same || object.type !== TYPE || object.metadata.deletionTimestamp !== undefined || field("token-id") !== id) {
        throw new CredentialError("there is no such bootstrap token");
      }
      const expiration = field("expiration");
      if (expiration && !(Date.parse(expiration) > clock.now())) throw new CredentialError("the bootstrap token has expired");
      if (field("usage-bootstrap-authentication") !== "true") throw new CredentialError("the bootstrap token isn't for logging in");
      const groups = field("auth-extra-groups")
        .split(",")
        .map((group) => group.trim())
        .filter((group) => group !== "");
      const odd = groups.find((group) => !GROUP.test(group));
      if (odd !== undefined) throw new CredentialError(`the bootstrap token names the group ${JSON.stringify(odd)}, which it may not`);
      return { name: `system:bootstrap:${id}`, groups: [DEFAULT_GROUP, ...new Set(groups)], extra: extras([]), via: "bootstrap" };
    },
  };
}
