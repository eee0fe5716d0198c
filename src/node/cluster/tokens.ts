/** Tokens of service accounts for the pods of this node, bound to each pod; kept until four fifths of their life are over. */

import { ServiceAccount } from "../../api/resources.ts";
import type { TokenRequest } from "../../api/tables/authentication-v1.ts";
import { type Client, pathOf } from "../../client/client.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { AgentPod } from "../pods/agent-pod.ts";
import type { TokenAsk, TokenSource } from "../volumes/volume-kind.ts";

const RENEW_AFTER = 0.8;
/** However long a token lives, it isn't kept longer than a day. */
const KEPT_MAX_MS = 24 * 3_600_000;

interface Kept {
  readonly token: string;
  readonly renewAtMs: number;
}

export interface PodTokens extends TokenSource {
  /** A pod is gone, and its tokens with it. */
  forget(podUid: string): void;
}

export function podTokens(client: Client, clock: Clock): PodTokens {
  const kept = new Map<string, Map<string, Kept>>();
  return {
    async token(pod: AgentPod, { audience, expirationSeconds }: TokenAsk) {
      const { name, namespace, uid } = pod.metadata;
      const account = pod.spec.serviceAccountName || "default";
      const own = kept.get(uid) ?? new Map<string, Kept>();
      kept.set(uid, own);
      const key = `${audience} ${expirationSeconds}`;
      const known = own.get(key);
      if (known && clock.now() < known.renewAtMs) return known.token;
      const answer = await client.json<TokenRequest>("POST", pathOf(ServiceAccount, namespace, account, "token"), {
        kind: "TokenRequest",
        apiVersion: "authentication.k8s.io/v1",
        spec: {
          audiences: audience ? [audience] : [],
          expirationSeconds,
          boundObjectRef: { kind: "Pod", apiVersion: "v1", name, uid },
        },
      });
      const token = answer.status?.token ?? "";
      const lifeMs = Date.parse(answer.status?.expirationTimestamp ?? "") - clock.now();
      own.set(key, { token, renewAtMs: clock.now() + Math.min(lifeMs * RENEW_AFTER, KEPT_MAX_MS) });
      return token;
    },
    forget: (podUid) => void kept.delete(podUid),
  };
}
