/** FlowSchemas: which requests are of which priority level. */

import { isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type { FlowSchema as FlowSchemaType } from "../tables/flowcontrol-v1.ts";
import { conditionErrors } from "./conditions.ts";
import { ruleErrors } from "./validate-rules.ts";

const PRECEDENCE = 1000;
const PRECEDENCE_MAX = 10_000;
const METHODS: readonly string[] = ["ByNamespace", "ByUser"];

export const FlowSchema = kind<FlowSchemaType>("flowcontrol.apiserver.k8s.io/v1", "flowschemas", {
  defaults({ spec }) {
    spec.matchingPrecedence ||= PRECEDENCE;
  },
  generation: true,
  validate: (schema) => specErrors(schema),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        keepMetadata(next, last);
        next.spec = last.spec;
      },
      validateUpdate: ({ status }) => conditionErrors(status?.conditions),
    },
  },
  rowOrder: (a, b) => (a.spec.matchingPrecedence ?? 0) - (b.spec.matchingPrecedence ?? 0), // As they are asked.
  columns: [
    nameColumn,
    column("PriorityLevel", "string", "Their priority level.", ({ spec }) => spec.priorityLevelConfiguration?.name ?? ""),
    column("MatchingPrecedence", "string", "Which schema is asked first: the lowest.", ({ spec }) => spec.matchingPrecedence ?? 0),
    column("DistinguisherMethod", "string", "What makes requests of one flow.", ({ spec }) => spec.distinguisherMethod?.type ?? NONE),
    ageColumn,
    column("MissingPL", "string", "Whether there is no such priority level.", ({ status }) => danglingCell(status?.conditions)),
  ],
});

function specErrors({ metadata: { name = "" }, spec }: FlowSchemaType): FieldError[] {
  const { matchingPrecedence: precedence, distinguisherMethod: method, priorityLevelConfiguration: level, rules = [] } = spec;
  const field = "spec.matchingPrecedence";
  return [
    ...(precedence <= 0 ? [invalid(field, precedence, "must be a positive value")] : []),
    ...(precedence > PRECEDENCE_MAX ? [invalid(field, precedence, `must not be greater than ${PRECEDENCE_MAX}`)] : []),
    ...(precedence === 1 && name !== "exempt" ? [invalid(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")] : []),
    ...(method && !METHODS.includes(method.type) ? [notSupported("spec.distinguisherMethod.type", method, METHODS)] : []),
    ...(level?.name
      ? complain("spec.priorityLevelConfiguration.name", level.name, isDNS1123Subdomain(level.name))
      : [required("spec.priorityLevelConfiguration.name", "must reference a priority level")]),
    ...rules.flatMap((rule, i) => ruleErrors(`spec.rules[${i}]`, rule)),
  ];
}

function danglingCell(conditions: readonly { type?: string; status?: string }[] = []): string {
  const dangling = conditions.find(({ type }) => type === "Dangling");
  return dangling ? (dangling.status ?? "") : "?";
}
