/** TokenRequest: mints a token for a service account (`serviceaccounts/token`), bound where asked to a pod, a secret or a node. */

import { SignJWT } from "jose";
import type { KubeObject } from "../../../api/kind.ts";
import type { TokenRequest } from "../../../api/tables/authentication-v1.ts";
import type { Pod } from "../../../api/tables/core-v1.ts";
import { timestamp } from "../../../machinery/clock.ts";
import type { Random } from "../../../machinery/random.ts";
import { type FieldError, invalid } from "../../../machinery/status/field-error.ts";
import { badRequest, conflict, invalidObject, notFound } from "../../../machinery/status/status-error.ts";
import { accountUser, type BoundTo } from "./claims.ts";
import type { TokenOptions } from "./service-account.ts";

const KIND = { group: "authentication.k8s.io", kind: "TokenRequest" };
export const LIFETIME_SECONDS = 3600;
const LIFETIME_MIN_SECONDS = 600;
const LIFETIME_MAX_SECONDS = 2 ** 32;

export interface IssuerOptions extends TokenOptions {
  readonly random: Random;
}

function lifetimeErrors(seconds: number): FieldError[] {
  const field = "spec.expirationSeconds";
  if (seconds < LIFETIME_MIN_SECONDS) return [invalid(field, seconds, "may not specify a duration less than 10 minutes")];
  return seconds > LIFETIME_MAX_SECONDS ? [invalid(field, seconds, "may not specify a duration larger than 2^32 seconds")] : [];
}

const identity = (object: KubeObject) => ({ name: object.metadata.name ?? "", uid: object.metadata.uid ?? "" });

/**
 * @param asked the request's body, defaults applied
 * @returns the body with its status: the token and when it ends
 * @throws StatusError in Kubernetes' words
 */
export async function requestToken(options: IssuerOptions, namespace: string, name: string, asked: TokenRequest): Promise<TokenRequest> {
  const { reader, clock, keys, random } = options;
  const spec = asked.spec;
  const given = asked.metadata ?? {};
  if (given.name && given.name !== name)
    throw invalidObject(KIND, name, [invalid("metadata.name", given.name, "must match the service account name if specified")]);
  if (given.namespace && given.namespace !== namespace) {
    throw invalidObject(KIND, name, [invalid("metadata.namespace", given.namespace, "must match the service account namespace if specified")]);
  }
  async function read<T extends KubeObject>(resource: string, place: string, which: string): Promise<T> {
    const object = await reader.getFresh<T>("", resource, place, which);
    if (!object) throw notFound({ group: "", resource }, which);
    return object;
  }
  const account = await read<KubeObject>("serviceaccounts", namespace, name);
  const uid = account.metadata.uid ?? "";
  if (given.uid && given.uid !== uid) {
    const why = `the UID in the token request (${given.uid}) does not match the UID of the service account (${uid})`;
    throw conflict({ group: KIND.group, resource: KIND.kind }, name, why);
  }
  const seconds = Number(spec.expirationSeconds ?? LIFETIME_SECONDS);
  const errors = lifetimeErrors(seconds);
  if (errors.length > 0) throw invalidObject(KIND, "", errors);

  async function bind(): Promise<Omit<BoundTo, "namespace" | "serviceaccount">> {
    const ref = spec.boundObjectRef;
    if (!ref) return {};
    const [group = "", version = ""] = ref.apiVersion?.includes("/") ? ref.apiVersion.split("/") : ["", ref.apiVersion];
    const kind = group === "" ? ref.kind : undefined;
    const which = ref.name ?? "";
    const same = (object: KubeObject) => {
      if (!ref.uid || ref.uid === object.metadata.uid) return identity(object);
      const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
      throw conflict({ group: "", resource: ref.kind ?? "" }, which, why);
    };
    if (kind === "Secret") return { secret: same(await read("secrets", namespace, which)) };
    if (kind === "Node") return { node: same(await read("nodes", "", which)) };
    if (kind !== "Pod") throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${ref.kind ?? ""}`);
    const pod = await read<Pod>("pods", namespace, which);
    if (pod.spec.serviceAccountName !== name) {
      throw badRequest(`cannot bind token for serviceaccount ${JSON.stringify(name)} to pod running with different serviceaccount name.`);
    }
    const bound = same(pod);
    const nodeName = pod.spec.nodeName;
    if (!nodeName) return { pod: bound };
    const node = reader.get<KubeObject>("", "nodes", "", nodeName) ?? (await reader.getFresh<KubeObject>("", "nodes", "", nodeName));
    return { pod: bound, node: node ? identity(node) : { name: nodeName } };
  }

  const now = clock.now();
  const issuedAt = Math.floor(now / 1000);
  const audiences = spec.audiences?.length ? spec.audiences : [...options.audiences];
  const claims: BoundTo = { namespace, serviceaccount: { name, uid }, ...(await bind()) };
  const token = await new SignJWT({ "kubernetes.io": claims, aud: audiences })
    .setProtectedHeader({ alg: "ES256", kid: keys.signing.id })
    .setIssuer(options.issuers[0]!)
    .setSubject(accountUser(namespace, name))
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + seconds)
    .setJti(random.uuid())
    .sign(keys.signing.privateKey);
  return {
    ...asked,
    apiVersion: "authentication.k8s.io/v1",
    kind: KIND.kind,
    metadata: { ...given, name, namespace, uid, creationTimestamp: timestamp(now) },
    spec: { ...spec, audiences, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp((issuedAt + seconds) * 1000) },
  };
}
