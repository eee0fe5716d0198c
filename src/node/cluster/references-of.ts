/** Which config maps and secrets a pod's spec names. */

import type { PodSpec } from "../../api/tables/core-v1.ts";
import { type AgentPod, containersOf } from "../pods/agent-pod.ts";

export interface References {
  /** `namespace/name` */
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

export function referencesOf({ metadata, spec }: AgentPod): References {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const note = (set: Set<string>, name: string | undefined) => name && set.add(`${metadata.namespace}/${name}`);
  for (const { name } of spec.imagePullSecrets ?? []) note(secrets, name);
  for (const { configMap, secret } of sourcesOf(spec)) {
    note(configMaps, configMap);
    note(secrets, secret);
  }
  return { configMaps, secrets };
}

function sourcesOf(spec: PodSpec): { readonly configMap?: string | undefined; readonly secret?: string | undefined }[] {
  const volumes = (spec.volumes ?? []).flatMap(({ configMap, secret, projected }) => [
    { configMap: configMap?.name, secret: secret?.secretName },
    ...(projected?.sources ?? []).map((source) => ({ configMap: source.configMap?.name, secret: source.secret?.name })),
  ]);
  const environment = containersOf(spec).flatMap(({ container }) => [
    ...(container.envFrom ?? []).map(({ configMapRef, secretRef }) => ({ configMap: configMapRef?.name, secret: secretRef?.name })),
    ...(container.env ?? []).map(({ valueFrom }) => ({ configMap: valueFrom?.configMapKeyRef?.name, secret: valueFrom?.secretKeyRef?.name })),
  ]);
  return [...volumes, ...environment];
}
