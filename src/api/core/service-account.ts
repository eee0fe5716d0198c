/** ServiceAccounts: who pods are. */

import { kind } from "../declare.ts";
import { ageColumn, nameColumn } from "../meta/columns.ts";
import type { ServiceAccount as ServiceAccountType } from "../tables/core-v1.ts";

const MOUNTABLE_ONLY = "kubernetes.io/enforce-mountable-secrets";

export const ServiceAccount = kind<ServiceAccountType>("v1", "serviceaccounts", {
  prepareCreate: onlyNames,
  prepareUpdate: onlyNames,
  warnings(account, last) {
    if (last?.metadata.annotations?.[MOUNTABLE_ONLY] !== undefined || account.metadata.annotations?.[MOUNTABLE_ONLY] === undefined) return [];
    return [`metadata.annotations[${MOUNTABLE_ONLY}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`];
  },
  columns: [nameColumn, ageColumn],
});

/** A reference to a secret is its name and nothing else: the secret is in the account's namespace. */
function onlyNames(account: ServiceAccountType): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}
