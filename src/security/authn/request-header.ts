/**
 * Request-header login: a proxy in front of the server has found out who asks, and says so in headers. It is believed because of its certificate, which comes
 * from an authority of its own and bears an allowed name (k8s.io/apiserver, pkg/authentication/request/headerrequest).
 */

import { X509Certificate } from "node:crypto";
import { certificatesOf } from "../../machinery/certificates/pem.ts";
import { CLIENT_AUTH } from "../../machinery/certificates/usages.ts";
import { assertValidAt, type Verified, verifyChain } from "../../machinery/certificates/verify.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { User } from "../user.ts";
import { CredentialError, type Credentials, extras } from "./credentials.ts";
import { commonNameOf } from "./x509.ts";

/** As kube-apiserver's `--requestheader-…` flags; of several names the first that a request has counts. */
export interface RequestHeaderSettings {
  /** Common names of the proxies' certificates; none allows every certificate of the authority. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

/** The names by which this server tells aggregated servers who asks, and so those that it takes itself. */
export const REMOTE_HEADERS: Omit<RequestHeaderSettings, "allowedNames"> = {
  usernameHeaders: ["X-Remote-User"],
  uidHeaders: ["X-Remote-Uid"],
  groupHeaders: ["X-Remote-Group"],
  extraHeaderPrefixes: ["X-Remote-Extra-"],
};

export interface FrontProxies {
  /** Whether the certificate of the connection is a front proxy's. */
  include(credentials: Credentials): boolean;
  /** @returns who the proxy says asks; undefined where it names nobody. Throws a CredentialError for what can be read in two ways */
  userOf(credentials: Credentials): User | undefined;
}

/**
 * @param bundle PEM of the front proxies' authorities
 * Throws for what is no bundle. A connection's certificate is verified once; its times are looked at on every request.
 */
export function frontProxies(bundle: string, settings: RequestHeaderSettings, clock: Clock): FrontProxies {
  const roots = certificatesOf(bundle).map((der) => new X509Certificate(der));
  const names = lowered(settings);
  const known = new WeakMap<readonly Uint8Array[], { readonly verified: Verified | undefined }>();

  function look(chain: readonly Uint8Array[]): { readonly verified: Verified | undefined } {
    try {
      const verified = verifyChain(chain, roots, CLIENT_AUTH);
      const isAllowed = settings.allowedNames.length === 0 || settings.allowedNames.includes(commonNameOf(verified.leaf));
      return { verified: isAllowed ? verified : undefined };
    } catch {
      return { verified: undefined }; // Nearly all clients: their certificates come from another authority.
    }
  }

  return {
    include({ certificates, request }) {
      if (!certificates?.length || !request) return false;
      const { verified } = known.getOrInsertComputed(certificates, look);
      if (!verified) return false;
      try {
        assertValidAt(verified, clock.now());
        return true;
      } catch {
        return false;
      }
    },
    userOf({ request }) {
      const values = (name: string): readonly string[] => request?.values(name).filter((value) => value !== "") ?? [];
      const name = only(names.usernameHeaders, values);
      if (name === undefined) return undefined;
      const uid = only(names.uidHeaders, values);
      const groups = names.groupHeaders.flatMap(values);
      return { name, ...(uid !== undefined && { uid }), groups, extra: extras([...extraOf(names.extraHeaderPrefixes, request!)]), via: "requestheader" };
    },
  };
}

/** @returns whether a header, in lower case, is one of those that say who asks */
export function isIdentityHeader(settings: RequestHeaderSettings, header: string): boolean {
  const { usernameHeaders, uidHeaders, groupHeaders, extraHeaderPrefixes } = lowered(settings);
  return [usernameHeaders, uidHeaders, groupHeaders].some((names) => names.includes(header)) || extraHeaderPrefixes.some((prefix) => header.startsWith(prefix));
}

/** @returns the value of the first header that there is; throws where it stands twice: two readers would take different ones */
function only(headers: readonly string[], values: (name: string) => readonly string[]): string | undefined {
  for (const header of headers) {
    const [first, second] = values(header);
    if (second !== undefined) throw new CredentialError(`the header ${header} stands more than once`);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** By prefix and then as they came, as values of several headers may make one key. */
function extraOf(prefixes: readonly string[], request: NonNullable<Credentials["request"]>): Map<string, string[]> {
  const extra = new Map<string, string[]>();
  for (const prefix of prefixes) {
    for (const header of Object.keys(request.headers)) {
      if (!header.startsWith(prefix)) continue;
      const key = unescaped(header.slice(prefix.length));
      extra.getOrInsertComputed(key, () => []).push(...request.values(header));
    }
  }
  return extra;
}

function unescaped(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // Kept as it came, as there: nothing that a proxy says is lost.
  }
}

function lowered(settings: Omit<RequestHeaderSettings, "allowedNames">): typeof REMOTE_HEADERS {
  const low = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase());
  return {
    usernameHeaders: low(settings.usernameHeaders),
    uidHeaders: low(settings.uidHeaders),
    groupHeaders: low(settings.groupHeaders),
    extraHeaderPrefixes: low(settings.extraHeaderPrefixes),
  };
}
