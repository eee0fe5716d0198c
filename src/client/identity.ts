/** A controller's own identity: its service account in kube-system, with short-lived tokens asked for by the process that runs it. */

import { ServiceAccount } from "../api/resources.ts";
import type { TokenRequest } from "../api/tables/authentication-v1.ts";
import type { Clock } from "../machinery/clock.ts";
import { StatusError } from "../machinery/status/status-error.ts";
import { type Client, pathOf } from "./client.ts";

const NAMESPACE = "kube-system";
const LIFETIME_SECONDS = 3600;
/** A token is replaced once this part of its life is over. */
const RENEW_AFTER = 0.8;

/**
 * @param client the process's own, which may create tokens (and the account, where it is missing)
 * @returns what gives a token that is good now; calls in between share one request
 */
export function controllerToken(client: Client, name: string, clock: Clock): () => Promise<string> {
  let current: { readonly token: string; readonly renewAt: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const path = pathOf(ServiceAccount, NAMESPACE, name, "token");
    const body = { kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1", spec: { expirationSeconds: LIFETIME_SECONDS } };
    const post = (): Promise<TokenRequest> => client.json("POST", path, body);
    const answer = await post().catch(async (error) => {
      if (!(error instanceof StatusError && error.status.code === 404)) throw error;
      await createAccount();
      return post();
    });
    const token = answer.status?.token ?? "";
    const lifetimeMs = Date.parse(answer.status?.expirationTimestamp ?? "") - clock.now();
    current = { token, renewAt: clock.now() + lifetimeMs * RENEW_AFTER };
    return token;
  }
  async function createAccount(): Promise<void> {
    try {
      await client.create(ServiceAccount, { metadata: { name, namespace: NAMESPACE } });
    } catch (error) {
      if (!(error instanceof StatusError && error.status.code === 409)) throw error;
    }
  }

  return () => {
    if (current && clock.now() < current.renewAt) return Promise.resolve(current.token);
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
