/** The checks of AppArmor and seccomp profiles, in fields and in the annotations that came before them. */

import type { PodSpec } from "../../../api/tables/core-v1.ts";
import { type CheckPod, CONTAINER_LISTS, distinct, faults, fieldsOf, named, plural, quoted, setters, valuesOf } from "./check.ts";

const APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP_POD_ANNOTATION = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_ANNOTATION = "container.seccomp.security.alpha.kubernetes.io/";

const isConfined = (type: string) => type === "RuntimeDefault" || type === "Localhost";
/** An AppArmor annotation's value. */
const isConfinedBy = (value: string) => value === "" || value === "runtime/default" || value.startsWith("localhost/");
const annotated = (key: string, value: string) => `${key}=${JSON.stringify(value)}`;

export const appArmorProfile: CheckPod = (spec, { annotations = {} }) => {
  const own = spec.securityContext?.appArmorProfile;
  const inPod = own !== undefined && !isConfined(own.type);
  const field = "securityContext.appArmorProfile.type";
  const found = faults(spec, ({ securityContext }) => {
    const profile = securityContext?.appArmorProfile;
    return profile && !isConfined(profile.type) ? { fields: [field], values: [profile.type] } : undefined;
  });
  const keys = Object.keys(annotations)
    .filter((key) => key.startsWith(APPARMOR_ANNOTATION) && !isConfinedBy(annotations[key]!))
    .map((key) => [key, annotated(key, annotations[key]!)] as const)
    .toSorted(([, a], [, b]) => (a < b ? -1 : 1));
  if (!inPod && found.length === 0 && keys.length === 0) return undefined;
  const values = [...distinct([...(inPod ? [own.type] : []), ...valuesOf(found)]), ...keys.map(([, text]) => text)];
  const who = [setters(inPod, found), ...(keys.length > 0 ? [plural(keys.length, "annotation", "annotations")] : [])]
    .filter((part) => part !== "")
    .join(" and ");
  return {
    reason: plural(values.length, "forbidden AppArmor profile", "forbidden AppArmor profiles"),
    detail: `${who} must not set AppArmor profile type to ${quoted(values)}`,
    fields: [...(inPod ? [`spec.${field}`] : []), ...fieldsOf(found), ...keys.map(([key]) => `metadata.annotations[${key}]`)],
  };
};

/** Up to v1.18 seccomp was set by annotations. */
export const seccompAnnotations: CheckPod = (spec, { annotations = {} }) => {
  const keys = [SECCOMP_POD_ANNOTATION, ...CONTAINER_LISTS.flatMap((list) => (spec[list] ?? []).map(({ name = "" }) => SECCOMP_ANNOTATION + name))];
  const bad = distinct(keys).filter((key) => {
    const value = Object.hasOwn(annotations, key) ? annotations[key]! : undefined;
    return value !== undefined && value !== "runtime/default" && value !== "docker/default" && !value.startsWith("localhost/");
  });
  if (bad.length === 0) return undefined;
  const texts = bad.map((key) => annotated(key, annotations[key]!)).toSorted();
  return {
    reason: "seccompProfile",
    detail: `forbidden ${plural(bad.length, "annotation", "annotations")} ${texts.join(", ")}`,
    fields: bad.map((key) => `metadata.annotations[${key}]`),
  };
};

const SECCOMP_FIELD = "securityContext.seccompProfile.type";

/** What sets a profile that confines nothing. */
function unconfined(spec: PodSpec) {
  const own = spec.securityContext?.seccompProfile;
  const inPod = own !== undefined && !isConfined(own.type);
  const found = faults(spec, ({ securityContext }) => {
    const profile = securityContext?.seccompProfile;
    return profile && !isConfined(profile.type) ? { fields: [SECCOMP_FIELD], values: [profile.type] } : undefined;
  });
  if (!inPod && found.length === 0) return undefined;
  const values = distinct([...(inPod ? [own.type] : []), ...valuesOf(found)]);
  return {
    reason: "seccompProfile",
    detail: `${setters(inPod, found)} must not set ${SECCOMP_FIELD} to ${quoted(values)}`,
    fields: [...(inPod ? [`spec.${SECCOMP_FIELD}`] : []), ...fieldsOf(found)],
  };
}

export const seccompBaseline: CheckPod = unconfined;

export const seccompRestricted: CheckPod = (spec) => {
  const explicit = unconfined(spec);
  if (explicit || spec.securityContext?.seccompProfile) return explicit;
  const found = faults(spec, ({ securityContext }) => (securityContext?.seccompProfile ? undefined : { fields: [SECCOMP_FIELD] }));
  if (found.length === 0) return undefined;
  return {
    reason: "seccompProfile",
    detail: `pod or ${named(found)} must set ${SECCOMP_FIELD} to "RuntimeDefault" or "Localhost"`,
    fields: fieldsOf(found),
  };
};
