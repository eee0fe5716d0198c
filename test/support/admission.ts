/** Asks one admission plug-in about one request, as the API server would, and keeps what it says. */

import type { Kind, KubeObject } from "../../src/api/kind.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../../src/security/admission/plugin.ts";
import type { Reader } from "../../src/security/reader.ts";
import type { User } from "../../src/security/user.ts";

export interface Asked {
  readonly reader: Reader;
  readonly user?: User;
  readonly operation?: AdmissionRequest["operation"];
  /** `pods`, `deployments.apps`, `pods/resize` */
  readonly on: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly object?: unknown;
  readonly old?: unknown;
}

export interface Answer {
  readonly warnings: readonly string[];
  readonly annotations: ReadonlyMap<string, string>;
}

export function user(name: string, ...groups: string[]): User {
  return { name, groups, extra: Object.create(null), via: "test" };
}

/** Runs the plug-in's two halves, where it has them and wants the operation. Throws what it throws. */
export async function ask(plugin: AdmissionPlugin, asked: Asked): Promise<Answer> {
  const warnings: string[] = [];
  const annotations = new Map<string, string>();
  const [resourceAndGroup = "", subresource = ""] = asked.on.split("/");
  const [resource = "", ...group] = resourceAndGroup.split(".");
  const operation = asked.operation ?? "CREATE";
  const object = asked.object as KubeObject | undefined;
  const old = asked.old as KubeObject | undefined;
  const namespace = asked.namespace ?? object?.metadata?.namespace ?? "";
  const name = asked.name ?? object?.metadata?.name ?? old?.metadata?.name ?? "";
  const verb = operation === "CREATE" ? "create" : operation === "DELETE" ? "delete" : "update";
  const request: AdmissionRequest = {
    operation,
    user: asked.user ?? user("ann", "system:authenticated"),
    attributes: { isResource: true, path: "", verb, group: group.join("."), version: "v1", namespace, resource, subresource, name, tail: "" },
    kind: { name: "" } as Kind, // No plug-in asks for more of the kind than the resource tells.
    resource: { group: group.join("."), resource },
    subresource,
    namespace,
    name,
    object,
    old,
    dryRun: false,
    reader: asked.reader,
    options: undefined,
    equivalents: { kinds: () => [], convert: (same) => same },
    rounds: { round: 0, again() {}, kept: new Map() },
    deadline: undefined,
    gone: new AbortController().signal,
    warn: (message) => warnings.push(message),
    annotate: (key, value) => annotations.set(key, value),
  };
  const wanted =
    plugin.operations.includes(operation) &&
    plugin.on.some((one) => one === "*" || one === asked.on || (subresource !== "" && one === `${resource}/${subresource}`));
  if (wanted) {
    await plugin.mutate?.(request);
    await plugin.validate?.(request);
  }
  return { warnings, annotations };
}

/** @returns a predicate for a StatusError whose message contains a text */
export function says(code: number, text: string): (error: unknown) => boolean {
  return (error) => {
    const status = (error as { status?: { code: number; message: string } }).status;
    if (status?.code === code && status.message.includes(text)) return true;
    throw error;
  };
}
