/** IngressClasses: which controller serves an ingress. */

import { isDNS1123Label, isDNS1123Subdomain, isPathSegmentName } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, notSupported, required, tooLong } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain, immutable } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import { domainPrefixedPath } from "../meta/domains.ts";
import type { IngressClassParametersReference, IngressClass as IngressClassType } from "../tables/networking-v1.ts";

const IS_DEFAULT = "ingressclass.kubernetes.io/is-default-class";
const CONTROLLER_BYTES_MAX = 250;
const FIELD = "spec.parameters";

export const IngressClass = kind<IngressClassType>("networking.k8s.io/v1", "ingressclasses", {
  defaults({ spec: { parameters } }) {
    if (parameters) parameters.scope ??= "Cluster";
  },
  generation: true,
  validate: ({ spec }) => [...controllerErrors(spec.controller), ...parameterErrors(spec.parameters)],
  validateUpdate: (next, last) => immutable("spec.controller", next.spec.controller ?? "", last.spec.controller ?? ""),
  columns: [
    { ...nameColumn, value: ({ metadata: { name = "", annotations } }) => (annotations?.[IS_DEFAULT] === "true" ? `${name} (default)` : name) },
    column("Controller", "string", "Who serves its ingresses.", ({ spec }) => spec.controller ?? ""),
    column("Parameters", "string", "What more the controller is told.", ({ spec }) => parametersCell(spec.parameters)),
    ageColumn,
  ],
});

function controllerErrors(controller = ""): FieldError[] {
  const errors = domainPrefixedPath("spec.controller", controller);
  return Buffer.byteLength(controller) > CONTROLLER_BYTES_MAX ? [tooLong("spec.controller", CONTROLLER_BYTES_MAX), ...errors] : errors;
}

function parameterErrors(parameters: IngressClassParametersReference | undefined): FieldError[] {
  if (!parameters) return [];
  const { apiGroup, kind: of, name } = parameters;
  return [
    ...(apiGroup === undefined ? [] : complain(`${FIELD}.apiGroup`, apiGroup, isDNS1123Subdomain(apiGroup))),
    ...(of ? complain(`${FIELD}.kind`, of, isPathSegmentName(of)) : [required(`${FIELD}.kind`, "")]),
    ...(name ? complain(`${FIELD}.name`, name, isPathSegmentName(name)) : [required(`${FIELD}.name`, "")]),
    ...scopeErrors(parameters),
  ];
}

function scopeErrors({ scope, namespace }: IngressClassParametersReference): FieldError[] {
  if (scope === "Cluster") return namespace === undefined ? [] : [forbiddenField(`${FIELD}.namespace`, "`parameters.scope` is set to 'Cluster'")];
  if (scope !== "Namespace") return [notSupported(`${FIELD}.scope`, scope, ["Cluster", "Namespace"])];
  if (namespace === undefined) return [required(`${FIELD}.namespace`, "`parameters.scope` is set to 'Namespace'")];
  return complain(`${FIELD}.namespace`, namespace, isDNS1123Label(namespace));
}

function parametersCell(parameters: IngressClassParametersReference | undefined): string {
  if (!parameters) return NONE;
  const { apiGroup, kind: of, name } = parameters;
  return `${of}${apiGroup === undefined ? "" : `.${apiGroup}`}/${name}`;
}
