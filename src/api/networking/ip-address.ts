/** IPAddresses: which addresses are taken, and by what. Their names are the addresses. */

import { isDNS1123Subdomain, isPathSegmentName } from "../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain, IMMUTABLE } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import { canonicalIp } from "../meta/ip.ts";
import { sameStruct } from "../meta/semantic.ts";
import type { IPAddress as IPAddressType, ParentReference } from "../tables/networking-v1.ts";

const FIELD = "spec.parentRef";
const INVALID_VALUE = /^Invalid value: .*?": /;

export const IPAddress = kind<IPAddressType>("networking.k8s.io/v1", "ipaddresses", {
  validateName: (name) => canonicalIp("", name).map(({ message }) => message.replace(INVALID_VALUE, "")),
  validate: ({ spec }) => parentErrors(spec.parentRef),
  validateUpdate: ({ spec }, last) =>
    sameStruct("networking.v1.ParentReference", spec.parentRef, last.spec.parentRef) ? [] : [invalid(FIELD, null, IMMUTABLE)], // The message has no value there.
  columns: [nameColumn, column("ParentRef", "string", "What has taken it.", ({ spec }) => parentCell(spec.parentRef)), { ...ageColumn, undefined: true }],
  generatesNames: "never",
});

function parentErrors(parent: ParentReference | undefined): FieldError[] {
  if (!parent) return [required(FIELD, "")];
  const { group = "", resource = "", name = "", namespace = "" } = parent;
  return [
    ...(group ? complain(`${FIELD}.group`, group, isDNS1123Subdomain(group)) : []),
    ...(resource ? complain(`${FIELD}.resource`, resource, isPathSegmentName(resource)) : [required(`${FIELD}.resource`, "")]),
    ...(name ? complain(`${FIELD}.name`, name, isPathSegmentName(name)) : [required(`${FIELD}.name`, "")]),
    ...(namespace ? complain(`${FIELD}.namespace`, namespace, isPathSegmentName(namespace)) : []),
  ];
}

function parentCell(parent: ParentReference | undefined): string {
  if (!parent) return NONE;
  const { group, resource = "", namespace, name = "" } = parent;
  return [(group ? `${resource}.${group}` : resource).toLowerCase(), ...(namespace ? [namespace] : []), name].join("/");
}
