/** Where a container's volumes and devices are mounted. */

import { type FieldError, forbiddenField, invalid, notFoundField, notSupported, required } from "../../../../machinery/status/field-error.ts";
import { descending, noBacksteps } from "../../../meta/paths.ts";
import type { Container, Volume, VolumeMount } from "../../../tables/core-v1.ts";
import type { AnyContainer } from "../containers.ts";

type Volumes = ReadonlyMap<string, Volume>;

/** @param at the list's field, under which Kubernetes also reports what is wrong with single mounts' paths */
export function mountErrors(at: string, container: AnyContainer, volumes: Volumes): FieldError[] {
  const devices = new Map((container.volumeDevices ?? []).map(({ name, devicePath }) => [name, devicePath])); // Of two with one name the last counts.
  const seen = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, i) => {
    const field = `${at}[${i}]`;
    const { name = "", mountPath = "", subPath, subPathExpr } = mount;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(`${field}.name`, ""));
    if (!volumes.has(name)) errors.push(notFoundField(`${field}.name`, name));
    if (!mountPath) errors.push(required(`${field}.mountPath`, ""));
    if (seen.has(mountPath)) errors.push(invalid(`${field}.mountPath`, mountPath, "must be unique"));
    seen.add(mountPath);
    if (devices.has(name)) errors.push(invalid(`${field}.name`, name, "must not already exist in volumeDevices"));
    if ([...devices.values()].includes(mountPath)) {
      errors.push(invalid(`${field}.mountPath`, mountPath, "must not already exist as a path in volumeDevices"));
    }
    if (subPath) errors.push(...descending(`${at}.subPath`, subPath));
    if (subPathExpr) {
      if (subPath) errors.push(invalid(`${field}.subPathExpr`, subPathExpr, "subPathExpr and subPath are mutually exclusive"));
      errors.push(...descending(`${at}.subPathExpr`, subPathExpr));
    }
    return [...errors, ...propagationErrors(`${at}.mountPropagation`, mount, container), ...recursiveErrors(`${at}.recursiveReadOnly`, mount)];
  });
}

function propagationErrors(field: string, { mountPropagation: mode }: VolumeMount, { securityContext }: AnyContainer): FieldError[] {
  if (mode === undefined) return [];
  const supported = ["Bidirectional", "HostToContainer", "None"];
  if (!supported.includes(mode)) return [notSupported(field, mode, supported)];
  if (mode !== "Bidirectional" || securityContext?.privileged) return [];
  return [forbiddenField(field, "Bidirectional mount propagation is available only to privileged containers")];
}

function recursiveErrors(field: string, { recursiveReadOnly: mode, readOnly, mountPropagation }: VolumeMount): FieldError[] {
  if (mode === undefined || mode === "Disabled") return [];
  if (mode !== "Enabled" && mode !== "IfPossible") return [notSupported(field, mode, ["Disabled", "Enabled", "IfPossible"])];
  const errors: FieldError[] = [];
  if (!readOnly) errors.push(forbiddenField(field, "may only be specified when readOnly is true"));
  if (mountPropagation !== undefined && mountPropagation !== "None") {
    errors.push(forbiddenField(field, "may only be specified when mountPropagation is None or not specified"));
  }
  return errors;
}

export function deviceErrors(
  at: string,
  { volumeDevices, volumeMounts = [] }: Pick<Container, "volumeDevices" | "volumeMounts">,
  volumes: Volumes,
): FieldError[] {
  const mounts = new Map(volumeMounts.map(({ name, mountPath }) => [name, mountPath])); // As above.
  const names = new Set<string>();
  const paths = new Set<string>();
  return (volumeDevices ?? []).flatMap(({ name = "", devicePath = "" }, i) => {
    const field = `${at}[${i}]`;
    const errors: FieldError[] = [];
    const volume = volumes.get(name);
    if (!name) errors.push(required(`${field}.name`, ""));
    if (names.has(name)) errors.push(invalid(`${field}.name`, name, "must be unique"));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      errors.push(invalid(`${field}.name`, name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"));
    }
    if (!volume) errors.push(notFoundField(`${field}.name`, name));
    if (!devicePath) errors.push(required(`${field}.devicePath`, ""));
    if (paths.has(devicePath)) errors.push(invalid(`${field}.devicePath`, devicePath, "must be unique"));
    if (noBacksteps("", devicePath).length > 0) errors.push(invalid(`${field}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.has(name)) errors.push(invalid(`${field}.name`, name, "must not already exist in volumeMounts"));
    if ([...mounts.values()].includes(devicePath)) {
      errors.push(invalid(`${field}.devicePath`, devicePath, "must not already exist as a path in volumeMounts"));
    }
    if (name) names.add(name);
    return errors;
  });
}
