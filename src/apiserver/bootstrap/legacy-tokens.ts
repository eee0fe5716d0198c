/**
 * Fills secrets of type `kubernetes.io/service-account-token` with a token, the authority to trust and the namespace, and removes those whose account is gone
 * (pkg/controller/serviceaccount/tokens_controller.go in Kubernetes). It is the server's own work, and no controller's: nobody else has the key that signs.
 */

import type { KubeObject } from "../../api/kind.ts";
import type { Secret, ServiceAccount } from "../../api/tables/core-v1.ts";
import type { TokenKeys } from "../../security/authn/tokens/keys.ts";
import { signLegacyToken, TOKEN_SECRET } from "../../security/authn/tokens/legacy.ts";
import type { Reader } from "../../security/reader.ts";
import { type KeeperOptions, repeatedly } from "./keeper.ts";

const ACCOUNT_NAME = "kubernetes.io/service-account.name";
const ACCOUNT_UID = "kubernetes.io/service-account.uid";

export interface LegacyTokenKeeperOptions extends KeeperOptions {
  readonly reader: Reader;
  readonly keys: TokenKeys;
  /** PEM of the authority of the server's certificate; secrets get none where absent. */
  readonly rootCa: string | undefined;
}

interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Begins with what stands there, and follows what changes. @returns what ends it */
export function keepLegacyTokens(options: LegacyTokenKeeperOptions): () => void {
  const { loopback, reader } = options;
  /** Secrets to look at, by their paths. */
  const pending = new Map<string, Place>();
  /** Of which account each token secret is: what a secret that is gone doesn't tell any more. */
  const accounts = new Map<string, Place>();
  let ended = false;

  const wake = repeatedly(options, "service accounts' token secrets", async () => {
    for (const [path, place] of pending) {
      if (ended) return;
      await look(path, place);
      pending.delete(path);
    }
  });

  function add(place: Place): void {
    pending.set(pathOf("secrets", place), place);
    wake();
  }

  async function look(path: string, place: Place): Promise<void> {
    const secret = reader.get<Secret>("", "secrets", place.namespace, place.name);
    const account = accounts.get(path);
    if (!secret && account) {
      accounts.delete(path);
      return removeReference(account, place.name);
    }
    const name = secret?.type === TOKEN_SECRET ? secret.metadata.annotations?.[ACCOUNT_NAME] : undefined;
    if (!secret || !name || secret.metadata.deletionTimestamp !== undefined) return;
    accounts.set(path, { namespace: place.namespace, name });
    const owner = await accountOf(secret, place.namespace, name);
    if (!owner) return remove(path, secret);
    const filled = await fill(secret, owner);
    if (filled) settle("update", path, await loopback.send("PUT", path, filled));
  }

  async function accountOf(secret: Secret, namespace: string, name: string): Promise<ServiceAccount | undefined> {
    const uid = secret.metadata.annotations?.[ACCOUNT_UID];
    const isRight = (account: ServiceAccount | undefined): boolean => account !== undefined && (!uid || account.metadata.uid === uid);
    const seen = reader.get<ServiceAccount>("", "serviceaccounts", namespace, name);
    if (isRight(seen)) return seen;
    const fresh = await reader.getFresh<ServiceAccount>("", "serviceaccounts", namespace, name);
    return isRight(fresh) ? fresh : undefined;
  }

  /** @returns the secret with what it lacks; undefined where it lacks nothing */
  async function fill(secret: Secret, account: ServiceAccount): Promise<KubeObject | undefined> {
    const { data = {}, metadata } = secret;
    const { rootCa } = options;
    const needsCa = rootCa !== undefined && !data["ca.crt"];
    if (!needsCa && data.namespace && data.token) return undefined;
    const added = {
      ...(needsCa && { "ca.crt": base64(rootCa) }),
      ...(!data.namespace && { namespace: base64(metadata.namespace ?? "") }),
      ...(!data.token && { token: base64(await signLegacyToken(options.keys, account, secret)) }),
    };
    const annotations = { ...metadata.annotations, [ACCOUNT_NAME]: account.metadata.name, [ACCOUNT_UID]: account.metadata.uid };
    return { ...secret, metadata: { ...metadata, annotations }, data: { ...data, ...added } } as KubeObject;
  }

  async function remove(path: string, { metadata }: Secret): Promise<void> {
    const body = { kind: "DeleteOptions", apiVersion: "v1", metadata: {}, preconditions: { uid: metadata.uid } };
    settle("delete", path, await loopback.send("DELETE", path, body));
  }

  /** An account may list the secret among its own, as all did in former times. */
  async function removeReference(place: Place, secret: string): Promise<void> {
    const account = reader.get<ServiceAccount>("", "serviceaccounts", place.namespace, place.name);
    if (!account?.secrets?.some(({ name }) => name === secret)) return;
    const path = pathOf("serviceaccounts", place);
    settle("update", path, await loopback.send("PUT", path, { ...account, secrets: account.secrets.filter(({ name }) => name !== secret) } as KubeObject));
  }

  const stops = [
    reader.onChange("", "secrets", (place) => isOfInterest(place) && add(place)),
    reader.onChange("", "serviceaccounts", ({ namespace, name, deleted }) => {
      if (!deleted) return;
      for (const [path, account] of accounts) {
        if (account.namespace === namespace && account.name === name) add({ namespace, name: decodeURIComponent(path.slice(path.lastIndexOf("/") + 1)) });
      }
    }),
  ];

  function isOfInterest({ namespace, name, deleted }: Place & { readonly deleted: boolean }): boolean {
    if (deleted) return accounts.has(pathOf("secrets", { namespace, name }));
    return reader.get<Secret>("", "secrets", namespace, name)?.type === TOKEN_SECRET;
  }

  for (const { type, metadata } of reader.list<Secret>("", "secrets")) {
    if (type === TOKEN_SECRET) add({ namespace: metadata.namespace ?? "", name: metadata.name ?? "" });
  }

  return () => {
    ended = true;
    for (const stop of stops) stop();
  };
}

/** What is gone or has changed meanwhile is looked at again because of that change. Throws for other refusals. */
export function settle(verb: string, path: string, { code, body }: { readonly code: number; readonly body: unknown }): void {
  if (code === 200 || code === 404 || code === 409) return;
  throw new Error(`Cannot ${verb} ${path}: ${code} ${(body as { message?: string }).message ?? ""}`);
}

export function pathOf(resource: string, { namespace, name }: Place): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(name)}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
