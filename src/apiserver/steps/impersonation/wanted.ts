/** Who a caller wants to be, as the headers say. [k8s.io/apiserver pkg/endpoints/filters/impersonation] */

import { isDNS1123Subdomain } from "../../../machinery/names.ts";
import { badRequest } from "../../../machinery/status/status-error.ts";
import type { Exchange } from "../../http/exchange.ts";

const EXTRA = "impersonate-extra-";
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;
const NODE = "system:node:";
/** A header can't make the server ask without end. */
const PARTS_MAX = 256;

export interface Wanted {
  readonly name: string;
  readonly uid: string | undefined;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

/** Headers that are there twice, where one is meant, are refused. */
export function wantedUser(exchange: Exchange): Wanted {
  const [name, second] = exchange.values("impersonate-user");
  const [uid, secondUid] = exchange.values("impersonate-uid");
  if (second !== undefined || secondUid !== undefined) throw badRequest("an impersonation header that may stand once stands twice");
  if (!name) throw badRequest("impersonation needs a user: requested groups, a UID or extras without impersonating a user");
  const groups = exchange.values("impersonate-group");
  const extra = new Map(extrasOf(exchange));
  const parts = 2 + groups.length + [...extra.values()].reduce((sum, values) => sum + values.length, 0);
  if (parts > PARTS_MAX) throw badRequest("too many parts of an identity are impersonated");
  return { name, uid: uid || undefined, groups, extra };
}

/** Keys come percent-encoded and count in lower case. */
function extrasOf(exchange: Exchange): [key: string, values: readonly string[]][] {
  return Object.keys(exchange.headers)
    .filter((name) => name.startsWith(EXTRA))
    .map((name) => {
      try {
        return [decodeURIComponent(name.slice(EXTRA.length)).toLowerCase(), exchange.values(name)];
      } catch {
        throw badRequest("the key of an impersonated extra is not well formed");
      }
    });
}

/** Nothing but a name: nodes and service accounts have groups of their own. */
export function isNameAlone({ uid, groups, extra }: Wanted): boolean {
  return uid === undefined && groups.length === 0 && extra.size === 0;
}

export function accountOf(name: string): { readonly namespace: string; readonly name: string } | undefined {
  const found = ACCOUNT.exec(name);
  return found ? { namespace: found[1]!, name: found[2]! } : undefined;
}

export function nodeOf(name: string): string | undefined {
  const node = name.startsWith(NODE) ? name.slice(NODE.length) : "";
  return node !== "" && isDNS1123Subdomain(node).length === 0 ? node : undefined;
}
