/** Writes into the secrets that service accounts' tokens lie in on which day they were used last (KEP-2799). */

import type { Secret } from "../../api/tables/core-v1.ts";
import type { Log } from "../../machinery/log.ts";
import { LAST_USED } from "../../security/authn/tokens/legacy.ts";
import type { Loopback } from "../loopback.ts";
import { pathOf, settle } from "./legacy-tokens.ts";

const MERGE_PATCH = "application/merge-patch+json";

/** The label of a secret doesn't say yet that it was used on a day. Nobody waits for it. */
export type LabelToken = (secret: Secret, day: string) => void;

export function tokenLabels(loopback: Loopback, log: Log): LabelToken {
  const underWay = new Set<string>();
  return ({ metadata: { namespace = "", name = "", uid = "" } }, day) => {
    if (underWay.has(uid)) return;
    underWay.add(uid);
    const path = pathOf("secrets", { namespace, name });
    loopback
      .send("PATCH", path, { metadata: { uid, labels: { [LAST_USED]: day } } }, MERGE_PATCH)
      .then((answer) => settle("label", path, answer))
      .catch((error: unknown) => log.warn("the use of a service account's token could not be noted", { secret: `${namespace}/${name}`, error: String(error) }))
      .finally(() => underWay.delete(uid));
  };
}
