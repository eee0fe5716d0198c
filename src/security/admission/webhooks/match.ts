/** Whether a webhook is asked about a request, and in which version of the object. [k8s.io/apiserver pkg/admission/plugin/webhook/generic] */

import type { Kind } from "../../../api/kind.ts";
import { StatusError } from "../../../machinery/status/status-error.ts";
import { namespaceMatches, objectMatches } from "../namespace-labels.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { type RuleTarget, ruleMatches } from "../rules.ts";
import type { Hook } from "./hooks.ts";

/** A webhook that is to be asked. */
export interface Invocation {
  readonly hook: Hook;
  /** The kind that it is asked about: the request's own, or another version. */
  readonly kind: Kind;
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
}

/** @returns undefined where the webhook isn't about the request. @throws StatusError 404 where the namespace that decides is missing */
export async function invocationOf(hook: Hook, request: AdmissionRequest): Promise<Invocation | undefined> {
  const found = findRule(hook, request);
  if (!found) return undefined;
  const selected = await namespaceMatches(hook.namespaceSelector, request);
  if (selected === false || !objectMatches(hook.objectSelector, request)) return undefined;
  if (selected instanceof StatusError) throw selected;
  return found;
}

function findRule(hook: Hook, request: AdmissionRequest): Invocation | undefined {
  const { operation, attributes, kind, equivalents, subresource, namespace } = request;
  const { group, version, resource } = attributes;
  const own: RuleTarget = { group, version, resource, subresource, namespace };
  if (hook.rules.some((rule) => ruleMatches(rule, operation, own))) return { hook, kind, resource: { group, version, resource } };
  if (hook.webhook.matchPolicy !== "Equivalent") return undefined;
  for (const rule of hook.rules) {
    for (const other of equivalents.kinds()) {
      const at = other.served;
      if (ruleMatches(rule, operation, { ...at, subresource, namespace })) return { hook, kind: other.kind, resource: at };
    }
  }
  return undefined;
}
