/** Services: one address for many pods. */

import { isDNS1123Label } from "../../machinery/names.ts";
import { forbiddenField, invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { ageColumn, column, labelsCell, NONE, nameColumn, wide } from "../meta/columns.ts";
import { ipWarnings } from "../meta/ip.ts";
import { copyMember } from "../meta/status-update.ts";
import type { Service as ServiceType } from "../tables/core-v1.ts";
import { addressChangeErrors } from "./service/cluster-ips.ts";
import { serviceDefaults } from "./service/defaults.ts";
import { needsHealthCheck } from "./service/facts.ts";
import { normalizeClusterIps } from "./service/normalize.ts";
import { clearOldTypeFields } from "./service/type-change.ts";
import { serviceErrors, serviceStatusErrors } from "./service/validate.ts";
import { serviceWarnings } from "./service/warnings.ts";

export const Service = kind<ServiceType>("v1", "services", {
  defaults: serviceDefaults,
  prepareCreate(service) {
    normalizeClusterIps(service);
    service.status = { loadBalancer: {} };
  },
  prepareUpdate(next, last) {
    copyMember(next, last, "status");
    normalizeClusterIps(next, last);
    clearOldTypeFields(next, last);
  },
  validateName: isDNS1123Label,
  validate: (service) => serviceErrors(service),
  validateUpdate(next, last) {
    const errors = addressChangeErrors(next, last);
    if (next.spec.type === "LoadBalancer" && last.spec.type === "LoadBalancer" && next.spec.loadBalancerClass !== last.spec.loadBalancerClass) {
      errors.push(invalid("spec.loadBalancerClass", next.spec.loadBalancerClass, "may not change once set"));
    }
    if (needsHealthCheck(next) && needsHealthCheck(last) && next.spec.healthCheckNodePort !== last.spec.healthCheckNodePort) {
      errors.push(forbiddenField("spec.healthCheckNodePort", "field is immutable"));
    }
    return errors;
  },
  warnings: serviceWarnings,
  subresources: {
    status: {
      validateUpdate: serviceStatusErrors,
      warnings: ({ status }) => (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, i) => (ip ? ipWarnings(`status.loadBalancer.ingress[${i}]`, ip) : [])),
    },
  },
  columns: [
    nameColumn,
    column("Type", "string", "How the service is reached.", ({ spec }) => spec.type ?? ""),
    column("Cluster-IP", "string", "Its address within the cluster.", ({ spec }) => spec.clusterIPs?.[0] ?? NONE),
    column("External-IP", "string", "Where it is reached from outside.", externalIpCell),
    column("Port(s)", "string", "Its ports, and the nodes' that lead to them.", portsCell),
    ageColumn,
    wide("Selector", "The labels of its pods.", ({ spec }) => labelsCell(spec.selector)),
  ],
  selectableFields: { "spec.clusterIP": ({ spec }) => spec.clusterIP ?? "", "spec.type": ({ spec }) => spec.type ?? "" },
  createOnUpdate: true,
});

function externalIpCell({ spec, status }: ServiceType): string {
  const own = spec.externalIPs ?? [];
  switch (spec.type) {
    case "ClusterIP":
    case "NodePort":
      return own.join(",") || NONE;
    case "LoadBalancer": {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "").filter(Boolean);
      return [...new Set(ingress.toSorted()), ...own].join(",") || "<pending>";
    }
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return "<unknown>";
  }
}

function portsCell({ spec }: ServiceType): string {
  const cells = (spec.ports ?? []).map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ""}/${protocol}`);
  return cells.join(",") || NONE;
}
