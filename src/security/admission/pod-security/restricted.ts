/** The restricted checks of the Pod Security Standards, each with every version of it; they come on top of the baseline. */

import type { Volume } from "../../../api/tables/core-v1.ts";
import { procMount } from "./baseline.ts";
import { butInUserNamespace, butOnWindows, type Check, type CheckPod, distinct, faults, fieldsOf, named, plural, quoted, setters, valuesOf } from "./check.ts";
import { seccompRestricted } from "./profiles.ts";

const allowPrivilegeEscalation: CheckPod = (spec) => {
  const field = "securityContext.allowPrivilegeEscalation";
  const found = faults(spec, ({ securityContext }) => (securityContext?.allowPrivilegeEscalation === false ? undefined : { fields: [field] }));
  if (found.length === 0) return undefined;
  return { reason: "allowPrivilegeEscalation != false", detail: `${named(found)} must set ${field}=false`, fields: fieldsOf(found) };
};

const capabilities: CheckPod = (spec) => {
  const undropped = faults(spec, ({ securityContext }) =>
    securityContext?.capabilities?.drop?.includes("ALL") ? undefined : { fields: ["securityContext.capabilities.drop"] },
  );
  const adding = faults(spec, ({ securityContext }) => {
    const values = securityContext?.capabilities?.add?.filter((capability) => capability !== "NET_BIND_SERVICE");
    return values?.length ? { fields: ["securityContext.capabilities.add"], values } : undefined;
  });
  if (undropped.length + adding.length === 0) return undefined;
  const told = [
    ...(undropped.length > 0 ? [`${named(undropped)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0 ? [`${named(adding)} must not include ${quoted(valuesOf(adding))} in securityContext.capabilities.add`] : []),
  ];
  return { reason: "unrestricted capabilities", detail: told.join("; "), fields: [...fieldsOf(undropped), ...fieldsOf(adding)] };
};

const ALLOWED_VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
] as const satisfies readonly (keyof Volume)[];

const volumes: CheckPod = ({ volumes: all = [] }) => {
  const found = all.flatMap((volume, index) =>
    ALLOWED_VOLUMES.some((type) => volume[type] !== undefined)
      ? []
      : [{ index, name: volume.name, type: Object.keys(volume).find((key) => key !== "name") ?? "unknown" }],
  );
  if (found.length === 0) return undefined;
  const types = distinct(found.map(({ type }) => type));
  const detail = `${plural(found.length, "volume", "volumes")} ${quoted(found.map(({ name }) => name))} ${plural(found.length, "uses", "use")} ${plural(types.length, "restricted volume type", "restricted volume types")} ${quoted(types)}`;
  return { reason: "restricted volume types", detail, fields: found.map(({ index, type }) => `spec.volumes[${index}]${type === "unknown" ? "" : `.${type}`}`) };
};

const runAsNonRoot: CheckPod = (spec) => {
  const field = "securityContext.runAsNonRoot";
  const reason = "runAsNonRoot != true";
  const own = spec.securityContext?.runAsNonRoot;
  const explicit = faults(spec, ({ securityContext }) => (securityContext?.runAsNonRoot === false ? { fields: [field] } : undefined));
  if (own === false || explicit.length > 0) {
    const detail = `${setters(own === false, explicit)} must not set ${field}=false`;
    return { reason, detail, fields: [...(own === false ? [`spec.${field}`] : []), ...fieldsOf(explicit)] };
  }
  if (own) return undefined;
  const implicit = faults(spec, ({ securityContext }) => (securityContext?.runAsNonRoot === undefined ? { fields: [field] } : undefined));
  return implicit.length === 0 ? undefined : { reason, detail: `pod or ${named(implicit)} must set ${field}=true`, fields: fieldsOf(implicit) };
};

const runAsUser: CheckPod = (spec) => {
  const isRoot = (user: number | bigint | undefined) => user !== undefined && Number(user) === 0;
  const inPod = isRoot(spec.securityContext?.runAsUser);
  const field = "securityContext.runAsUser";
  const found = faults(spec, ({ securityContext }) => (isRoot(securityContext?.runAsUser) ? { fields: [field] } : undefined));
  if (!inPod && found.length === 0) return undefined;
  return {
    reason: "runAsUser=0",
    detail: `${setters(inPod, found)} must not set runAsUser=0`,
    fields: [...(inPod ? [`spec.${field}`] : []), ...fieldsOf(found)],
  };
};

const restricted = (id: string, overrides: readonly string[], ...versions: readonly (readonly [since: number, check: CheckPod])[]): Check => ({
  id,
  level: "restricted",
  versions: versions.map(([since, check]) => ({ since, check, overrides })),
});

export const RESTRICTED: readonly Check[] = [
  restricted("allowPrivilegeEscalation", [], [8, allowPrivilegeEscalation], [25, butOnWindows(allowPrivilegeEscalation)]),
  restricted("capabilities_restricted", ["capabilities_baseline"], [22, capabilities], [25, butOnWindows(capabilities)]),
  restricted("procMount_restricted", ["procMount"], [35, procMount]),
  restricted("restrictedVolumes", ["hostPathVolumes"], [0, volumes]),
  restricted("runAsNonRoot", [], [0, runAsNonRoot], [35, butInUserNamespace(runAsNonRoot)]),
  restricted("runAsUser", [], [23, runAsUser], [35, butInUserNamespace(runAsUser)]),
  restricted("seccompProfile_restricted", ["seccompProfile_baseline"], [19, seccompRestricted], [25, butOnWindows(seccompRestricted)]),
];
