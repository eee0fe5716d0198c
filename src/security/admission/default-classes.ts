/** Claims and ingresses that name no class get the cluster's default one: DefaultStorageClass and DefaultIngressClass. */

import type { KubeObject } from "../../api/kind.ts";
import type { PersistentVolumeClaim } from "../../api/tables/core-v1.ts";
import type { Ingress } from "../../api/tables/networking-v1.ts";
import type { Reader } from "../reader.ts";
import type { AdmissionPlugin } from "./plugin.ts";

/** The newest of the classes that are marked, then the first by name, should there be several. */
function defaultClass(reader: Reader, group: string, resource: string, annotations: readonly string[]): string | undefined {
  const marked = [...reader.list<KubeObject>(group, resource)].filter(({ metadata }) => annotations.some((key) => metadata.annotations?.[key] === "true"));
  const made = ({ metadata }: KubeObject) => Date.parse(metadata.creationTimestamp ?? "") || 0;
  const [newest] = marked.toSorted((a, b) => made(b) - made(a) || ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1));
  return newest?.metadata.name;
}

const STORAGE_MARKS = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

export const defaultStorageClass: AdmissionPlugin = {
  name: "DefaultStorageClass",
  on: ["persistentvolumeclaims"],
  operations: ["CREATE"],
  mutate({ object, reader }) {
    const claim = object as PersistentVolumeClaim;
    if (claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] !== undefined) return;
    const name = defaultClass(reader, "storage.k8s.io", "storageclasses", STORAGE_MARKS);
    if (name !== undefined) claim.spec = { ...claim.spec, storageClassName: name };
  },
};

export const defaultIngressClass: AdmissionPlugin = {
  name: "DefaultIngressClass",
  on: ["ingresses.networking.k8s.io"],
  operations: ["CREATE"],
  mutate({ object, reader }) {
    const ingress = object as Ingress;
    if (ingress.spec?.ingressClassName !== undefined || ingress.metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined) return;
    const name = defaultClass(reader, "networking.k8s.io", "ingressclasses", ["ingressclass.kubernetes.io/is-default-class"]);
    if (name !== undefined) ingress.spec = { ...ingress.spec, ingressClassName: name };
  },
};
