/** What a service-account token says (KEP-1205): the account, what the token is bound to, for whom and how long it is good. */

export interface Named {
  readonly name: string;
  readonly uid: string;
}

export interface BoundTo {
  readonly namespace: string;
  readonly serviceaccount: Named;
  readonly pod?: Named;
  readonly secret?: Named;
  /** Of a pod-bound token where its pod runs; else what the token is bound to. The UID is missing where the node's object is. */
  readonly node?: { readonly name: string; readonly uid?: string };
}

export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  /** Seconds since 1970. */
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly "kubernetes.io": BoundTo;
}

/** @returns the user name of a service account */
export function accountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length > 0;
const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function named(value: unknown): Named | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { name, uid } = value as Record<string, unknown>;
  return isText(name) && isText(uid) ? { name, uid } : undefined;
}

function bound(value: unknown): BoundTo | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { namespace, serviceaccount, pod, secret, node } = value as Record<string, unknown>;
  const account = named(serviceaccount);
  if (!isText(namespace) || !account) return undefined;
  const [boundPod, boundSecret] = [named(pod), named(secret)];
  if ((pod !== undefined && !boundPod) || (secret !== undefined && !boundSecret)) return undefined;
  const { name: nodeName, uid: nodeUid } = (node ?? {}) as Record<string, unknown>;
  if (node !== undefined && !isText(nodeName)) return undefined;
  return {
    namespace,
    serviceaccount: account,
    ...(boundPod && { pod: boundPod }),
    ...(boundSecret && { secret: boundSecret }),
    ...(isText(nodeName) && { node: { name: nodeName, ...(isText(nodeUid) && { uid: nodeUid }) } }),
  };
}

/** @returns the claims of a token whose signature is good, or undefined where they are not those of a service account */
export function claimsOf(payload: Record<string, unknown>): Claims | undefined {
  const { iss, sub, aud, exp, iat, nbf, jti } = payload;
  const binding = bound(payload["kubernetes.io"]);
  const audiences = typeof aud === "string" ? [aud] : aud;
  if (!binding || !isText(iss) || !isText(jti) || !isTime(exp) || !isTime(iat) || !isTime(nbf)) return undefined;
  if (!Array.isArray(audiences) || !audiences.every(isText)) return undefined;
  if (sub !== accountUser(binding.namespace, binding.serviceaccount.name)) return undefined;
  return { iss, sub, aud: audiences, exp, iat, nbf, jti, "kubernetes.io": binding };
}
