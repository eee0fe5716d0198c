/** APIServices: who serves a version of a group, this server or another. [kube-aggregator pkg/apis/apiregistration/validation] */

import { isDNS1035Label, isDNS1123Subdomain, isPathSegmentName, isValidPortNumber } from "../../machinery/names.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type { APIServiceSpec, APIServiceStatus, APIService as APIServiceType } from "../tables/apiregistration-v1.ts";

const PORT = 443;
const GROUP_PRIORITY_MAX = 20_000;
const VERSION_PRIORITY_MAX = 1000;
const STATUSES: readonly string[] = ["True", "False", "Unknown"];

export const APIService = kind<APIServiceType>("apiregistration.k8s.io/v1", "apiservices", {
  defaults({ spec: { service } }) {
    if (service) service.port ??= PORT;
  },
  prepareCreate(one) {
    delete one.status;
    const { creationTimestamp: lastTransitionTime } = one.metadata;
    const message = "Local APIServices are always available";
    if (one.spec.service) return;
    one.status = { conditions: [{ type: "Available", status: "True", ...(lastTransitionTime && { lastTransitionTime }), reason: "Local", message }] };
  },
  conditionalUpdateOnly: true,
  validateName: isPathSegmentName,
  validate: (one) => [...nameErrors(one), ...specErrors(one.spec)],
  subresources: {
    status: {
      prepareUpdate(next, last) {
        keepMetadata(next, last);
        next.spec = last.spec;
      },
      validateUpdate: ({ status }) => conditionErrors(status),
    },
  },
  columns: [
    nameColumn,
    column("Service", "string", "Who serves it.", ({ spec: { service } }) => (service ? `${service.namespace ?? ""}/${service.name ?? ""}` : "Local")),
    column("Available", "string", "Whether it answers.", ({ status }) => availableCell(status)),
    ageColumn,
  ],
});

function nameErrors({ metadata, spec: { group = "", version = "" } }: APIServiceType): FieldError[] {
  const wanted = `${version}.${group}`;
  return (["generateName", "name"] as const)
    .filter((member) => metadata[member] && metadata[member] !== wanted && isPathSegmentName(metadata[member]).length === 0)
    .map((member) => invalid(`metadata.${member}`, metadata[member], `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`));
}

function specErrors(spec: APIServiceSpec): FieldError[] {
  const { group = "", version = "", groupPriorityMinimum: groupPriority = 0, versionPriority = 0 } = spec;
  return [
    ...(group === "" && version !== "v1" ? [required("spec.group", "only v1 may have an empty group and it better be legacy kube")] : []),
    ...(group ? complain("spec.group", group, isDNS1123Subdomain(group)) : []),
    ...complain("spec.version", version, isDNS1035Label(version)),
    ...(groupPriority <= 0 || groupPriority > GROUP_PRIORITY_MAX
      ? [invalid("spec.groupPriorityMinimum", groupPriority, "must be positive and less than 20000")]
      : []),
    ...(versionPriority <= 0 || versionPriority > VERSION_PRIORITY_MAX
      ? [invalid("spec.versionPriority", versionPriority, "must be positive and less than 1000")]
      : []),
    ...serverErrors(spec),
  ];
}

function serverErrors({ service, caBundle = "", insecureSkipTLSVerify: insecure = false }: APIServiceSpec): FieldError[] {
  if (!service) {
    const bytes = Buffer.from(caBundle, "base64").length;
    return [
      ...(caBundle ? [invalid("spec.caBundle", `${bytes} bytes`, "local APIServices may not have a caBundle")] : []),
      ...(insecure ? [invalid("spec.insecureSkipTLSVerify", insecure, "local APIServices may not have insecureSkipTLSVerify")] : []),
    ];
  }
  const { namespace, name, port = 0 } = service;
  const complaints = isValidPortNumber(port);
  return [
    ...(namespace ? [] : [required("spec.service.namespace", "")]),
    ...(name ? [] : [required("spec.service.name", "")]),
    ...(complaints.length > 0 ? [invalid("spec.service.port", port, `port is not valid: ${complaints.join(", ")}`)] : []),
    ...(insecure && caBundle ? [invalid("spec.insecureSkipTLSVerify", insecure, "may not be true if caBundle is present")] : []),
  ];
}

function conditionErrors(status: APIServiceStatus | undefined): FieldError[] {
  return (status?.conditions ?? []).flatMap(({ status: value }, i) =>
    STATUSES.includes(value) ? [] : [notSupported(`status.conditions[${i}].status`, value, STATUSES, "given")],
  );
}

function availableCell(status: APIServiceStatus | undefined): string {
  const condition = status?.conditions?.find(({ type }) => type === "Available");
  if (!condition) return "Unknown";
  return condition.status === "True" || !condition.reason ? condition.status : `${condition.status} (${condition.reason})`;
}
