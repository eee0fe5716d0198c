/** The webhooks that are configured, in the order in which they are asked: by their configurations' names, then as they stand in them. */

import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from "../../../api/tables/admissionregistration-v1.ts";
import { type LabelSelector, labelSelector } from "../../../machinery/selectors/labels.ts";
import type { Reader } from "../../reader.ts";

export const GROUP = "admissionregistration.k8s.io";

export interface Hook {
  /** Unlike any other of the same sort. */
  readonly id: string;
  readonly configuration: string;
  readonly webhook: MutatingWebhook & ValidatingWebhook;
  readonly rules: readonly RuleWithOperations[];
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
  /** A webhook that can't be asked lets the request pass. */
  readonly failsOpen: boolean;
}

type Configuration = MutatingWebhookConfiguration & ValidatingWebhookConfiguration;

/** @returns what gives the webhooks as they are now; the list is made anew only when a configuration has changed */
export function hookList(resource: "mutatingwebhookconfigurations" | "validatingwebhookconfigurations"): (reader: Reader) => readonly Hook[] {
  let of: Reader | undefined;
  let revision = -1;
  let hooks: readonly Hook[] = [];
  return (reader) => {
    const now = reader.revision(GROUP, resource);
    if (reader === of && now === revision) return hooks;
    const configurations = [...reader.list<Configuration>(GROUP, resource)].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    hooks = configurations.flatMap(hooksOf);
    [of, revision] = [reader, now];
    return hooks;
  };
}

function nameOf({ metadata }: Configuration): string {
  return metadata.name ?? "";
}

function hooksOf(one: Configuration): Hook[] {
  const configuration = nameOf(one);
  const seen = new Map<string, number>();
  return (one.webhooks ?? []).map((webhook) => {
    const count = seen.get(webhook.name) ?? 0;
    seen.set(webhook.name, count + 1);
    return {
      id: `${configuration}/${webhook.name}/${count}`,
      configuration,
      webhook,
      rules: webhook.rules ?? [],
      namespaceSelector: labelSelector(webhook.namespaceSelector),
      objectSelector: labelSelector(webhook.objectSelector),
      failsOpen: webhook.failurePolicy === "Ignore",
    };
  });
}
