/** Runs the admission plug-ins that a request concerns: all that change objects in their order, then all that judge. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { AdmissionPlugin, AdmissionRequest, Alongside } from "../../security/admission/plugin.ts";
import type { Call } from "../call.ts";

export interface AdmissionOccasion {
  readonly operation: AdmissionRequest["operation"];
  /** The kind of the object in hand. */
  readonly kind: Kind;
  readonly name: string;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly dryRun: boolean;
  readonly also?: Alongside;
}

export function admissionRequest(call: Call, { operation, kind, name, object, old, dryRun, also }: AdmissionOccasion): AdmissionRequest {
  const { attributes, user, context } = call;
  return {
    operation,
    user,
    attributes,
    kind,
    resource: { group: attributes.group, resource: attributes.resource },
    subresource: attributes.subresource,
    namespace: attributes.namespace,
    name,
    object,
    old,
    dryRun,
    reader: context.reader,
    also,
    warn: (message) => call.warnings.push(message),
    annotate: (key, value) => call.annotations.set(key, value),
  };
}

export async function mutateAll(call: Call, request: AdmissionRequest): Promise<void> {
  for (const plugin of concerned(call.context.plugins, request)) if (plugin.mutate) await plugin.mutate(request);
}

export async function validateAll(call: Call, request: AdmissionRequest): Promise<void> {
  for (const plugin of concerned(call.context.plugins, request)) if (plugin.validate) await plugin.validate(request);
}

/** By the list of plug-ins, then by what is asked: which of them want to see it. */
const known = new WeakMap<readonly AdmissionPlugin[], Map<string, readonly AdmissionPlugin[]>>();

function concerned(plugins: readonly AdmissionPlugin[], { operation, resource, subresource }: AdmissionRequest): readonly AdmissionPlugin[] {
  const { group, resource: plural } = resource;
  const base = group ? `${plural}.${group}` : plural;
  const asked = subresource ? `${plural}/${subresource}` : base;
  const byAsked = known.get(plugins) ?? new Map<string, readonly AdmissionPlugin[]>();
  known.set(plugins, byAsked);
  const key = `${operation} ${asked} ${group}`;
  let found = byAsked.get(key);
  if (!found) {
    found = plugins.filter(({ on, operations }) => operations.includes(operation) && on.some((one) => one === "*" || one === asked));
    byAsked.set(key, found);
  }
  return found;
}
