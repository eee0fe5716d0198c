/** ResourceQuotas: how much a namespace may use in all. */

import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { IMMUTABLE } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { amount, roundToMilli } from "../meta/resource-list.ts";
import { copyMember } from "../meta/status-update.ts";
import type { ResourceQuotaStatus, ResourceQuota as ResourceQuotaType } from "../tables/core-v1.ts";
import { quotaResourceName } from "./resources/names.ts";
import { quantityErrors } from "./resources/quantities.ts";
import { scopeErrors, selectorErrors } from "./resources/quota-scopes.ts";

type Amounts = Readonly<Record<string, string>> | undefined;

export const ResourceQuota = kind<ResourceQuotaType>("v1", "resourcequotas", {
  defaults({ spec, status }) {
    roundToMilli(spec.hard);
    roundToMilli(status?.hard);
    roundToMilli(status?.used);
  },
  prepareUpdate: (next, last) => copyMember(next, last, "status"),
  validate: ({ spec }) => [
    ...amountErrors("spec.hard", spec.hard),
    ...scopeErrors("spec.scopes", spec.scopes ?? [], spec.hard),
    ...selectorErrors("spec.scopeSelector.matchExpressions", spec),
  ],
  validateUpdate({ spec: next }, { spec: last }) {
    const isSame = new Set(next.scopes).symmetricDifference(new Set(last.scopes)).size === 0;
    return isSame ? [] : [invalid("spec.scopes", next.scopes, IMMUTABLE)];
  },
  subresources: {
    status: { validateUpdate: ({ status }) => [...amountErrors("status.hard", status?.hard), ...amountErrors("status.used", status?.used)] },
  },
  warnings: ({ spec }, last) => (last ? [] : requestWarnings(spec.hard)),
  columns: [
    nameColumn,
    column("Request", "string", "What is asked for, of what may be.", ({ status }) => usedCell(status, false)),
    column("Limit", "string", "What may be used at most, of what may be.", ({ status }) => usedCell(status, true)),
    ageColumn,
  ],
});

function amountErrors(field: string, amounts: Amounts): FieldError[] {
  return Object.entries(amounts ?? {}).flatMap(([name, value]) => {
    const at = `${field}[${name}]`;
    return [...quotaResourceName(at, name), ...quantityErrors(at, name, value)];
  });
}

/** A request can't be above the limit. */
function requestWarnings(hard: Record<string, string> | undefined): string[] {
  return ["cpu", "memory", "storage", "ephemeral-storage"].flatMap((name) => {
    const bare = name === "cpu" || name === "memory" ? name : undefined;
    const request = [`requests.${name}`, bare].find((one) => one !== undefined && hard?.[one] !== undefined);
    const limit = amount(hard, `limits.${name}`);
    const asked = request && amount(hard, request);
    return limit && asked && asked.compare(limit) > 0 ? [`ResourceQuota ${request} (${asked}) should be less than limits.${name} (${limit})`] : [];
  });
}

function usedCell({ hard = {}, used = {} }: ResourceQuotaStatus = {}, ofLimits: boolean): string {
  const names = Object.keys(hard).filter((name) => name.startsWith("limits.") === ofLimits);
  return names
    .sort()
    .map((name) => `${name}: ${parseQuantity(used[name] ?? "0")}/${hard[name]}`)
    .join(", ");
}
