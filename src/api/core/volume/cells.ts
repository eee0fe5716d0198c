/** What `kubectl get` shows of volumes and claims alike. */

import type { KubeObject } from "../../kind.ts";

/** The class's name was once an annotation. */
export const CLASS = "volume.beta.kubernetes.io/storage-class";
export const UNSET = "<unset>";

/** Short words, always in this order. */
const SHORT = [
  ["ReadWriteOnce", "RWO"],
  ["ReadOnlyMany", "ROX"],
  ["ReadWriteMany", "RWX"],
  ["ReadWriteOncePod", "RWOP"],
] as const;

export function accessModesCell(modes: readonly string[] | undefined): string {
  return SHORT.filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(",");
}

export function phaseCell({ metadata, status }: KubeObject & { status?: { phase?: string } }): string {
  return metadata.deletionTimestamp ? "Terminating" : (status?.phase ?? "");
}

export function classCell({ metadata, spec }: KubeObject & { spec: { storageClassName?: string } }): string {
  return metadata.annotations?.[CLASS] ?? spec.storageClassName ?? "";
}
