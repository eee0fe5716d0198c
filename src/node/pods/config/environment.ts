/** A container's environment: what its spec says, from wherever the values come, and the Services that it is told of. */

import type { ClusterTrustBundle } from "../../../api/tables/certificates-v1.ts";
import type { ConfigMap, Container, EnvVar, Secret, Service } from "../../../api/tables/core-v1.ts";
import type { AgentPod } from "../agent-pod.ts";
import { expand } from "./expand.ts";
import { fieldValue, type PodAddresses } from "./field-ref.ts";
import { type Allocatable, resourceValue } from "./resource-ref.ts";
import { serviceVariables } from "./service-env.ts";

/** Where what a pod is made of is read from. */
export interface PodObjects {
  /** @returns undefined where there is none; throws where that can't be said now */
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  /** Every service of the cluster; throws until they are known. */
  services(): readonly Service[];
  /** Every trust bundle of the cluster; throws where they can't be had now. */
  trustBundles(): Promise<readonly ClusterTrustBundle[]>;
  /** @returns the runtime's handler for a RuntimeClass; the default's, empty, for none. @throws Error where there is no such class */
  runtimeHandler(name: string | undefined): string;
}

/** The pod's spec asks for what isn't there: CreateContainerConfigError until it is. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

export interface EnvironmentFacts {
  readonly pod: AgentPod;
  readonly container: Container;
  readonly objects: PodObjects;
  readonly addresses: PodAddresses;
  readonly allocatable: Allocatable;
}

type Source = { readonly kind: "configmap" | "secret"; readonly name: string; readonly optional: boolean };

/** @returns the variables in the order in which they are set. @throws ConfigError */
export async function environmentOf(facts: EnvironmentFacts): Promise<Map<string, string>> {
  const { pod, container, objects } = facts;
  const services = serviceVariables(objects.services(), pod.metadata.namespace, pod.spec.enableServiceLinks ?? true);
  const own = new Map<string, string>();
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    const ref = configMapRef ?? secretRef;
    if (!ref) continue;
    const data = await dataOf(facts, { kind: configMapRef ? "configmap" : "secret", name: ref.name ?? "", optional: ref.optional ?? false });
    for (const [key, value] of data ?? []) own.set(prefix + key, value);
  }
  const lookUp = (name: string) => own.get(name) ?? services.get(name);
  for (const variable of container.env ?? []) {
    const value = variable.value ? expand(variable.value, lookUp) : await valueFrom(facts, variable);
    if (value !== undefined) own.set(variable.name, value);
  }
  for (const [name, value] of services) if (!own.has(name)) own.set(name, value);
  return own;
}

/** @returns undefined where an optional source is missing */
async function valueFrom(facts: EnvironmentFacts, { name, valueFrom }: EnvVar): Promise<string | undefined> {
  if (!valueFrom) return "";
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) return fieldValue(facts.pod, fieldRef.fieldPath, facts.addresses);
  if (resourceFieldRef) return resourceValue(resourceFieldRef, containerFor(facts, resourceFieldRef.containerName), facts.allocatable);
  const ref = configMapKeyRef ?? secretKeyRef;
  if (!ref) throw new ConfigError(`the source of environment variable ${name} is not supported on this node`);
  const optional = ref.optional ?? false;
  const kind = configMapKeyRef ? "configmap" : "secret";
  const data = await dataOf(facts, { kind, name: ref.name ?? "", optional });
  const value = data?.get(ref.key);
  if (value === undefined && !optional) {
    throw new ConfigError(`couldn't find key ${ref.key} in ${configMapKeyRef ? "ConfigMap" : "Secret"} ${facts.pod.metadata.namespace}/${ref.name}`);
  }
  return value;
}

function containerFor({ pod, container }: EnvironmentFacts, name: string | undefined): Container {
  if (!name || name === container.name) return container;
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((other) => other.name === name) ?? container;
}

async function dataOf({ pod, objects }: EnvironmentFacts, { kind, name, optional }: Source): Promise<Map<string, string> | undefined> {
  const { namespace } = pod.metadata;
  if (kind === "configmap") {
    const found = await objects.configMap(namespace, name);
    if (found) return new Map(Object.entries(found.data ?? {}));
  } else {
    const found = await objects.secret(namespace, name);
    if (found) return new Map(Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]));
  }
  if (optional) return undefined;
  throw new ConfigError(`${kind} ${JSON.stringify(name)} not found`);
}
