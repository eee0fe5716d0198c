/** Annotations of pods that mean something to Kubernetes, some from before there were fields for it. */

import { type FieldError, forbiddenField, invalid } from "../../../../machinery/status/field-error.ts";
import { descending } from "../../../meta/paths.ts";
import type { AppArmorProfile, PodSpec, SeccompProfile } from "../../../tables/core-v1.ts";
import { APP_ARMOR_PREFIX, isAppArmorAnnotation } from "../app-armor.ts";
import { allContainers, containersAt } from "../containers.ts";

type Annotations = Readonly<Record<string, string>> | undefined;

/** On pods that a kubelet runs from a file: the API shows them and can't change them. */
export const MIRROR = "kubernetes.io/config.mirror";
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_PREFIX = "container.seccomp.security.alpha.kubernetes.io/";
const INT32 = 2 ** 31;

/** @param at the annotations' field */
export function podAnnotationErrors(at: string, annotations: Annotations, spec: PodSpec): FieldError[] {
  if (!annotations) return [];
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(annotations)) {
    if (key === MIRROR && !spec.nodeName) errors.push(invalid(`${at}[${key}]`, value, "must set spec.nodeName if mirror pod annotation is set"));
    else if (key === DELETION_COST && !isInt32(value)) errors.push(invalid(`${at}[${key}]`, value, "must be a 32bit integer"));
    else if (key === SECCOMP_POD || key.startsWith(SECCOMP_PREFIX)) errors.push(...seccompErrors(`${at}.${key}`, value));
    else if (key.startsWith(APP_ARMOR_PREFIX)) errors.push(...appArmorErrors(`${at}[${key}]`, key, value, spec));
  }
  return errors;
}

function isInt32(value: string): boolean {
  return /^(?:0|-\d+|[1-9]\d*)$/.test(value) && Number(value) >= -INT32 && Number(value) < INT32;
}

function seccompErrors(field: string, value: string): FieldError[] {
  if (value === "runtime/default" || value === "docker/default" || value === "unconfined") return [];
  return value.startsWith("localhost/") ? descending(field, value.slice("localhost/".length)) : [invalid(field, value, "must be a valid seccomp profile")];
}

function appArmorErrors(field: string, key: string, value: string, spec: PodSpec): FieldError[] {
  const name = key.slice(APP_ARMOR_PREFIX.length);
  const errors: FieldError[] = [];
  if (!allContainers(spec).some((container) => container.name === name)) errors.push(invalid(field, name, "container not found"));
  if (!isAppArmorAnnotation(value)) errors.push(invalid(field, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`));
  return errors;
}

/** Where both forms are there, the annotation and the field must say the same. @param at the spec's field */
export function profilesAgree(at: string, annotations: Annotations, spec: PodSpec): FieldError[] {
  if (!annotations) return [];
  const whole = spec.securityContext;
  const errors: FieldError[] = [];
  if (whole?.seccompProfile) errors.push(...agree("seccomp", `${at}.securityContext.seccompProfile`, annotations[SECCOMP_POD], whole.seccompProfile));
  for (const [container, field] of containersAt(spec, at)) {
    const own = container.securityContext;
    const seccomp = `${field}.securityContext.seccompProfile`;
    if (own?.seccompProfile) errors.push(...agree("seccomp", seccomp, annotations[SECCOMP_PREFIX + container.name], own.seccompProfile));
    const profile = own?.appArmorProfile ?? whole?.appArmorProfile;
    if (spec.os?.name === "windows" || !profile) continue;
    errors.push(...agree("apparmor", `${field}.securityContext.appArmorProfile`, annotations[APP_ARMOR_PREFIX + container.name], profile));
  }
  return errors;
}

function agree(word: "seccomp" | "apparmor", at: string, annotation: string | undefined, profile: SeccompProfile | AppArmorProfile): FieldError[] {
  if (annotation === undefined) return [];
  const differs = (member: string, what: string) => [forbiddenField(`${at}.${member}`, `${word} ${what} in annotation and field must match`)];
  const isDefault = annotation === "runtime/default" || (word === "seccomp" && annotation === "docker/default");
  if (profile.type === "Unconfined") return annotation === "unconfined" ? [] : differs("type", "type");
  if (profile.type === "RuntimeDefault") return isDefault ? [] : differs("type", "type");
  if (profile.type !== "Localhost") return [];
  if (!annotation.startsWith("localhost/")) return differs("type", "type");
  return annotation.slice("localhost/".length) === profile.localhostProfile ? [] : differs("localhostProfile", "profile");
}

/** What may happen to such annotations once the pod is there. @param at the annotations' field */
export function annotationChangeErrors(at: string, next: Annotations, last: Annotations): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(last ?? {})) {
    if (next && Object.hasOwn(next, key) && next[key] === value) continue;
    if (key.startsWith(APP_ARMOR_PREFIX)) errors.push(forbiddenField(`${at}[${key}]`, "may not remove or update AppArmor annotations"));
    if (key === MIRROR) errors.push(forbiddenField(`${at}[${key}]`, "may not remove or update mirror pod annotation"));
  }
  for (const key of Object.keys(next ?? {})) {
    if (last && Object.hasOwn(last, key)) continue;
    if (key.startsWith(APP_ARMOR_PREFIX)) errors.push(forbiddenField(`${at}[${key}]`, "may not add AppArmor annotations"));
    if (key === MIRROR) errors.push(forbiddenField(`${at}[${key}]`, "may not add mirror pod annotation"));
  }
  return errors;
}
