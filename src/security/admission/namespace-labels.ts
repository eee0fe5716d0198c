/** The labels that a namespace selector of a webhook or policy looks at. [k8s.io/apiserver pkg/admission/plugin/webhook/predicates/namespace] */

import type { Namespace } from "../../api/tables/core-v1.ts";
import type { LabelSelector } from "../../machinery/selectors/labels.ts";
import { notFound, type StatusError } from "../../machinery/status/status-error.ts";
import type { AdmissionRequest } from "./plugin.ts";

/** @returns whether the request's namespace is selected; the error, for a namespace that there is none of: it counts only where the rest matches */
export async function namespaceMatches(selector: LabelSelector, request: AdmissionRequest): Promise<boolean | StatusError> {
  const { namespace, resource, subresource, operation, object, reader } = request;
  const isNamespace = resource.resource === "namespaces";
  if ((namespace === "" && !isNamespace) || selector.isEverything) return true;
  // A namespace that is being made or changed is judged by what it shall be.
  if (isNamespace && subresource === "" && (operation === "CREATE" || operation === "UPDATE")) return selector.matches(object?.metadata.labels);
  const found = reader.get<Namespace>("", "namespaces", "", namespace) ?? (await reader.getFresh<Namespace>("", "namespaces", "", namespace));
  return found ? selector.matches(found.metadata.labels) : notFound({ group: "", resource: "namespaces" }, namespace);
}

/** @returns whether the new object or the old one is selected */
export function objectMatches(selector: LabelSelector, { object, old }: Pick<AdmissionRequest, "object" | "old">): boolean {
  if (selector.isEverything) return true;
  return (object !== undefined && selector.matches(object.metadata.labels)) || (old !== undefined && selector.matches(old.metadata.labels));
}
