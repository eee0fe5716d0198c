/** ServiceCIDRs: the ranges that services' addresses are taken from. */

import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { IMMUTABLE } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { canonicalCidr, isDualStack } from "../meta/ip.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type { ServiceCIDRSpec, ServiceCIDR as ServiceCIDRType } from "../tables/networking-v1.ts";

const FIELD = "spec.cidrs";

export const ServiceCIDR = kind<ServiceCIDRType>("networking.k8s.io/v1", "servicecidrs", {
  validateCreate: ({ spec }) => rangeErrors(spec),
  validateUpdate: (next, last) => changeErrors(next.spec, last.spec.cidrs ?? []),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        keepMetadata(next, last);
      },
    },
  },
  columns: [nameColumn, column("CIDRs", "string", "The ranges.", ({ spec }) => (spec.cidrs ?? []).join(",")), ageColumn],
});

function rangeErrors(spec: ServiceCIDRSpec): FieldError[] {
  const { cidrs = [] } = spec;
  if (cidrs.length === 0) return [required(FIELD, "at least one CIDR required")];
  if (cidrs.length > 2) return [invalid(FIELD, spec, "may only hold up to 2 values")];
  const errors = cidrs.flatMap((cidr, i) => canonicalCidr(`${FIELD}[${i}]`, cidr));
  if (cidrs.length < 2 || errors.length > 0 || isDualStack(cidrs)) return errors;
  return [invalid(FIELD, cidrs, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64")];
}

/** A range of the other family may be added; nothing else changes. */
function changeErrors(next: ServiceCIDRSpec, last: readonly string[]): FieldError[] {
  const { cidrs = [] } = next;
  const changed = last.flatMap((cidr, i) => (cidrs[i] === cidr ? [] : [invalid(`${FIELD}[${i}]`, cidrs[i], IMMUTABLE)]));
  if (cidrs.length === last.length) return changed;
  return last.length === 1 && cidrs.length === 2 ? [...changed, ...rangeErrors(next)] : [invalid(FIELD, cidrs, IMMUTABLE)];
}
