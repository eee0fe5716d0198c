/** AppArmor profiles were annotations before they were fields: the old form is still read. [KEP-24] */

import type { AppArmorProfile, Pod } from "../../tables/core-v1.ts";
import { allContainers } from "./containers.ts";

export const APP_ARMOR_PREFIX = "container.apparmor.security.beta.kubernetes.io/";
const RUNTIME_DEFAULT = "runtime/default";
const UNCONFINED = "unconfined";
const LOCALHOST = "localhost/";
const PROFILE_CHARACTERS_MAX = 4095;

/** Gives each container that has only the annotation the field too. */
export function appArmorFromAnnotations({ metadata, spec }: Pod): void {
  if (spec.os?.name === "windows" || !metadata.annotations) return;
  for (const container of allContainers(spec)) {
    const key = APP_ARMOR_PREFIX + container.name;
    if (!Object.hasOwn(metadata.annotations, key) || container.securityContext?.appArmorProfile) continue;
    const profile = profileOf(metadata.annotations[key] as string);
    const whole = spec.securityContext?.appArmorProfile;
    if (!profile || (whole && whole.type === profile.type && whole.localhostProfile === profile.localhostProfile)) continue;
    container.securityContext = { ...container.securityContext, appArmorProfile: profile };
  }
}

/** @returns undefined for an annotation that says nothing valid */
export function profileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === RUNTIME_DEFAULT) return { type: "RuntimeDefault" };
  if (annotation === UNCONFINED) return { type: "Unconfined" };
  if (!annotation.startsWith(LOCALHOST)) return undefined;
  const localhostProfile = annotation.slice(LOCALHOST.length).trim();
  if (localhostProfile === "" || localhostProfile.length > PROFILE_CHARACTERS_MAX) return undefined;
  return { type: "Localhost", localhostProfile };
}

/** @returns whether an annotation has one of the known forms; empty is as good as absent */
export function isAppArmorAnnotation(value: string): boolean {
  return value === "" || value === RUNTIME_DEFAULT || value === UNCONFINED || value.startsWith(LOCALHOST);
}
