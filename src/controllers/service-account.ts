/** Gives every namespace its service account `default`, and gives it back when it was deleted. */

import { Namespace, ServiceAccount } from "../api/resources.ts";
import { controller } from "../client/controller.ts";

const NAME = "default";

export default controller({
  name: "service-account-controller",
  for: Namespace,
  watches: { accounts: ServiceAccount.all(({ metadata }) => (metadata.name === NAME && metadata.namespace ? [metadata.namespace] : [])) },
  writes: [ServiceAccount.create],
  reconcile({ metadata: { name = "", deletionTimestamp }, status }, { accounts }) {
    if (deletionTimestamp !== undefined || status?.phase === "Terminating" || accounts.get(name, NAME)) return [];
    return [ServiceAccount.create({ metadata: { name: NAME, namespace: name } })];
  },
});
