/** PersistentVolumes: storage that exists, for claims to be bound to. */

import { timestamp } from "../../machinery/clock.ts";
import { type FieldError, forbiddenField, invalid } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { changedFields } from "../meta/changed-fields.ts";
import { IMMUTABLE, immutable } from "../meta/checks.ts";
import { ageColumn, column, nameColumn, wide } from "../meta/columns.ts";
import { sameStruct } from "../meta/semantic.ts";
import { copyMember } from "../meta/status-update.ts";
import { schema } from "../schemas.ts";
import type { PersistentVolumeSource, PersistentVolumeSpec, PersistentVolume as PersistentVolumeType } from "../tables/core-v1.ts";
import { nodeTermWarnings } from "./pod/warnings.ts";
import { accessModesCell, CLASS, classCell, phaseCell, UNSET } from "./volume/cells.ts";
import { persistentVolumeDefaults } from "./volume/defaults.ts";
import { mountOptionErrors, persistentVolumeErrors } from "./volume/persistent.ts";

/** Labels of nodes that have got other names: a volume's may be changed to these. */
const NEW_LABELS: ReadonlyMap<string, string> = new Map([
  ["failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"],
  ["failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"],
  ["beta.kubernetes.io/os", "kubernetes.io/os"],
  ["beta.kubernetes.io/arch", "kubernetes.io/arch"],
  ["beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"],
]);
const RETIRED_ANNOTATIONS = [
  [CLASS, 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ["volume.beta.kubernetes.io/mount-options", 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const;
const RETIRED = [
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
] as const satisfies readonly (readonly [keyof PersistentVolumeSource, string, string])[];

export const PersistentVolume = kind<PersistentVolumeType>("v1", "persistentvolumes", {
  defaults(volume) {
    persistentVolumeDefaults(volume.spec);
    volume.status ??= {};
    volume.status.phase ||= "Pending";
  },
  prepareCreate(volume) {
    volume.status = { phase: "Pending" };
    if (volume.metadata.creationTimestamp) volume.status.lastPhaseTransitionTime = volume.metadata.creationTimestamp;
  },
  validate: ({ metadata, spec }) => [...persistentVolumeErrors("spec", spec, metadata.name ?? ""), ...mountOptionErrors(spec, metadata.annotations)],
  validateUpdate: (next, last) => [
    ...sourceChanges(next.spec, last.spec),
    ...immutable("volumeMode", next.spec.volumeMode, last.spec.volumeMode),
    ...affinityChanges(next.spec, last.spec),
    ...(last.spec.volumeAttributesClassName !== undefined && next.spec.volumeAttributesClassName === undefined
      ? [forbiddenField("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden")]
      : []),
  ],
  subresources: {
    status: {
      prepareUpdate(next, last, context) {
        next.spec = last.spec;
        const now = next.status;
        const before = last.status;
        if (!now) return;
        if (now.phase !== before?.phase) {
          if (!now.lastPhaseTransitionTime || now.lastPhaseTransitionTime === before?.lastPhaseTransitionTime)
            now.lastPhaseTransitionTime = timestamp(context.now);
        } else if (!now.lastPhaseTransitionTime && before) copyMember(now, before, "lastPhaseTransitionTime");
      },
    },
  },
  warnings: ({ metadata: { annotations }, spec }) => [
    ...RETIRED_ANNOTATIONS.flatMap(([key, message]) => (annotations && Object.hasOwn(annotations, key) ? [`metadata.annotations[${key}]: ${message}`] : [])),
    ...(spec.persistentVolumeReclaimPolicy === "Recycle"
      ? ["spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning."]
      : []),
    ...(spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap((term, i) =>
      nodeTermWarnings(`spec.nodeAffinity.required.nodeSelectorTerms[${i}]`, term),
    ),
    ...RETIRED.filter(([name]) => spec[name] !== undefined).map(([, shown, message]) => `spec.${shown}: ${message}`),
  ],
  columns: [
    nameColumn,
    column("Capacity", "string", "How much it holds.", ({ spec }) => spec.capacity?.storage ?? "0"),
    column("Access Modes", "string", "From how many nodes it can be mounted at once, and how.", ({ spec }) => accessModesCell(spec.accessModes)),
    column("Reclaim Policy", "string", "What becomes of it when its claim goes.", ({ spec }) => spec.persistentVolumeReclaimPolicy ?? ""),
    column("Status", "string", "Whether it is bound to a claim.", phaseCell),
    column("Claim", "string", "The claim that it is bound to.", ({ spec: { claimRef } }) =>
      claimRef ? `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}` : "",
    ),
    column("StorageClass", "string", "Its class.", classCell),
    column("VolumeAttributesClass", "string", "The class of its attributes.", ({ spec }) => spec.volumeAttributesClassName ?? UNSET),
    column("Reason", "string", "Why it is in this state.", ({ status }) => status?.reason ?? ""),
    ageColumn,
    wide("VolumeMode", "Whether it is a file system or a raw block device.", ({ spec }) => spec.volumeMode ?? UNSET),
  ],
});

const SOURCE = "core.v1.PersistentVolumeSource";

/** Where the storage is can't change; only the secret for growing may be added. */
function sourceChanges(next: PersistentVolumeSpec, last: PersistentVolumeSpec): FieldError[] {
  const now = sourceOf(next);
  if (now.csi?.controllerExpandSecretRef && last.csi && !last.csi.controllerExpandSecretRef) {
    const { controllerExpandSecretRef: _, ...csi } = now.csi;
    now.csi = csi;
  }
  const before = sourceOf(last);
  if (sameStruct(SOURCE, now, before)) return [];
  const what = changedFields(schema(SOURCE), before, now);
  return [forbiddenField("spec.persistentvolumesource", `spec.persistentvolumesource is immutable after creation\n${what}`)];
}

/** Of a volume's spec the members that say where it is. */
function sourceOf(spec: PersistentVolumeSpec): PersistentVolumeSource {
  const { byName } = schema(SOURCE);
  return Object.fromEntries(Object.entries(spec).filter(([name]) => byName.has(name)));
}

function affinityChanges({ nodeAffinity: next }: PersistentVolumeSpec, { nodeAffinity: last }: PersistentVolumeSpec): FieldError[] {
  if (!last || sameStruct("core.v1.VolumeNodeAffinity", next, renamed(last, next))) return [];
  return [invalid("nodeAffinity", next, `${IMMUTABLE}, except for updating from beta label to GA`)];
}

type Affinity = NonNullable<PersistentVolumeSpec["nodeAffinity"]>;

/** @returns the last affinity with new labels' names, where the next has them in the same places */
function renamed(last: Affinity, next: Affinity | undefined): Affinity {
  const terms = last.required?.nodeSelectorTerms?.map((term, i) => {
    const others = next?.required?.nodeSelectorTerms?.[i]?.matchExpressions;
    const expressions = term.matchExpressions?.map((one, j) => {
      const key = NEW_LABELS.get(one.key);
      return key !== undefined && others?.[j]?.key === key ? { ...one, key } : one;
    });
    return expressions ? { ...term, matchExpressions: expressions } : term;
  });
  return terms ? { required: { nodeSelectorTerms: terms } } : last;
}
