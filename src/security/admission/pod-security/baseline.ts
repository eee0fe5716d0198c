/** The baseline checks of the Pod Security Standards, each with every version of it (k8s.io/pod-security-admission policy). */

import type { Container, LifecycleHandler, PodSpec, Probe } from "../../../api/tables/core-v1.ts";
import { butInUserNamespace, type Check, type CheckPod, distinct, faults, fieldsOf, named, plural, quoted, setters, valuesOf } from "./check.ts";
import { appArmorProfile, seccompAnnotations, seccompBaseline } from "./profiles.ts";

const DEFAULT_CAPABILITIES = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(" "),
);

const capabilities: CheckPod = (spec) => {
  const found = faults(spec, ({ securityContext }) => {
    const values = securityContext?.capabilities?.add?.filter((capability) => !DEFAULT_CAPABILITIES.has(capability));
    return values?.length ? { fields: ["securityContext.capabilities.add"], values } : undefined;
  });
  if (found.length === 0) return undefined;
  const detail = `${named(found)} must not include ${quoted(valuesOf(found))} in securityContext.capabilities.add`;
  return { reason: "non-default capabilities", detail, fields: fieldsOf(found) };
};

const hostNamespaces: CheckPod = (spec) => {
  const set = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => spec[field]);
  if (set.length === 0) return undefined;
  return { reason: "host namespaces", detail: set.map((field) => `${field}=true`).join(", "), fields: set.map((field) => `spec.${field}`) };
};

const hostPathVolumes: CheckPod = ({ volumes = [] }) => {
  if (!volumes.some((volume) => volume.hostPath !== undefined)) return undefined;
  const found = volumes.flatMap((volume, index) => (volume.hostPath === undefined ? [] : [{ name: volume.name, index }]));
  const detail = `${plural(found.length, "volume", "volumes")} ${quoted(found.map(({ name }) => name))}`;
  return { reason: "hostPath volumes", detail, fields: found.map(({ index }) => `spec.volumes[${index}].hostPath`) };
};

const hostPorts: CheckPod = (spec) => {
  const found = faults(spec, ({ ports }) => {
    if (!ports?.some(({ hostPort = 0 }) => hostPort !== 0)) return undefined;
    const used = [...ports.entries()].filter(([, port]) => (port.hostPort ?? 0) !== 0);
    return { fields: used.map(([index]) => `ports[${index}].hostPort`), values: used.map(([, { hostPort }]) => String(hostPort)) };
  });
  if (found.length === 0) return undefined;
  const values = valuesOf(found);
  const detail = `${named(found)} ${plural(found.length, "uses", "use")} ${plural(values.length, "hostPort", "hostPorts")} ${values.join(", ")}`;
  return { reason: "hostPort", detail, fields: fieldsOf(found) };
};

const HANDLERS_WITH_HOSTS = ["httpGet", "tcpSocket"] as const;
const HANDLERS: readonly (readonly [at: string, (container: Container) => Probe | LifecycleHandler | undefined])[] = [
  ["livenessProbe", ({ livenessProbe }) => livenessProbe],
  ["readinessProbe", ({ readinessProbe }) => readinessProbe],
  ["startupProbe", ({ startupProbe }) => startupProbe],
  ["lifecycle.postStart", ({ lifecycle }) => lifecycle?.postStart],
  ["lifecycle.preStop", ({ lifecycle }) => lifecycle?.preStop],
];

const probeHosts: CheckPod = (spec) => {
  const found = faults(spec, (container) => {
    const fields: string[] = [];
    const values: string[] = [];
    for (const [at, handlerOf] of HANDLERS) {
      const handler = handlerOf(container);
      for (const kind of HANDLERS_WITH_HOSTS) {
        const host = handler?.[kind]?.host;
        if (!host) continue;
        fields.push(`${at}.${kind}.host`);
        values.push(host);
      }
    }
    return { fields, values };
  });
  if (found.length === 0) return undefined;
  const values = valuesOf(found);
  const names = distinct(found.map(({ name }) => name)).map((name) => ({ name }));
  const detail = `${named(names)} ${plural(names.length, "uses", "use")} ${plural(values.length, "probe or lifecycle host", "probe or lifecycle hosts")} ${quoted(values)}`;
  return { reason: "probe or lifecycle host", detail, fields: fieldsOf(found) };
};

const privileged: CheckPod = (spec) => {
  const found = faults(spec, ({ securityContext }) => (securityContext?.privileged ? { fields: ["securityContext.privileged"] } : undefined));
  if (found.length === 0) return undefined;
  return { reason: "privileged", detail: `${named(found)} must not set securityContext.privileged=true`, fields: fieldsOf(found) };
};

export const procMount: CheckPod = (spec) => {
  const found = faults(spec, ({ securityContext }) => {
    const value = securityContext?.procMount;
    return value === undefined || value === "Default" ? undefined : { fields: ["securityContext.procMount"], values: [value] };
  });
  if (found.length === 0) return undefined;
  return { reason: "procMount", detail: `${named(found)} must not set securityContext.procMount to ${quoted(valuesOf(found))}`, fields: fieldsOf(found) };
};

function seLinuxOptions(types: ReadonlySet<string>): CheckPod {
  type Options = NonNullable<NonNullable<PodSpec["securityContext"]>["seLinuxOptions"]>;
  const wrong = (options: Options | undefined) =>
    options === undefined ? [] : [...(types.has(options.type ?? "") ? [] : ["type"]), ...(options.user ? ["user"] : []), ...(options.role ? ["role"] : [])];
  return (spec) => {
    const own = spec.securityContext?.seLinuxOptions;
    const inPod = wrong(own);
    const found = faults(spec, ({ securityContext }) => {
      const options = securityContext?.seLinuxOptions;
      return options && { fields: wrong(options).map((field) => `securityContext.seLinuxOptions.${field}`) };
    });
    if (inPod.length === 0 && found.length === 0) return undefined;
    const all = [own, ...found.map(({ container }) => container.securityContext?.seLinuxOptions)];
    const badTypes = distinct(all.flatMap((options) => (options && !types.has(options.type ?? "") ? [options.type ?? ""] : [])));
    const told = [
      ...(badTypes.length > 0 ? [`${plural(badTypes.length, "type", "types")} ${quoted(badTypes)}`] : []),
      ...(all.some((options) => options?.user) ? ["user may not be set"] : []),
      ...(all.some((options) => options?.role) ? ["role may not be set"] : []),
    ];
    return {
      reason: "seLinuxOptions",
      detail: `${setters(inPod.length > 0, found)} set forbidden securityContext.seLinuxOptions: ${told.join("; ")}`,
      fields: [...inPod.map((field) => `spec.securityContext.seLinuxOptions.${field}`), ...fieldsOf(found)],
    };
  };
}
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t"];

function sysctls(allowed: ReadonlySet<string>): CheckPod {
  return ({ securityContext }) => {
    if (!securityContext?.sysctls) return undefined;
    const found = [...securityContext.sysctls.entries()].filter(([, { name }]) => !allowed.has(name));
    if (found.length === 0) return undefined;
    const fields = found.map(([index]) => `spec.securityContext.sysctls[${index}].name`);
    return { reason: "forbidden sysctls", detail: found.map(([, { name }]) => name).join(", "), fields };
  };
}
/** Safe ones by the version that added them. */
const SYSCTLS: readonly (readonly [since: number, names: string])[] = [
  [0, "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start"],
  [27, "net.ipv4.ip_local_reserved_ports"],
  [29, "net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes"],
  [32, "net.ipv4.tcp_rmem net.ipv4.tcp_wmem"],
  [37, "net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_notsent_lowat"],
];

const windowsHostProcess: CheckPod = (spec) => {
  const inPod = spec.securityContext?.windowsOptions?.hostProcess === true;
  const field = "securityContext.windowsOptions.hostProcess";
  const found = faults(spec, ({ securityContext }) => (securityContext?.windowsOptions?.hostProcess ? { fields: [field] } : undefined));
  if (!inPod && found.length === 0) return undefined;
  const detail = `${setters(inPod, found)} must not set ${field}=true`;
  return { reason: "hostProcess", detail, fields: [...(inPod ? [`spec.${field}`] : []), ...fieldsOf(found)] };
};

const baseline = (id: string, ...versions: readonly (readonly [since: number, check: CheckPod])[]): Check => ({
  id,
  level: "baseline",
  versions: versions.map(([since, check]) => ({ since, check })),
});

export const BASELINE: readonly Check[] = [
  baseline("appArmorProfile", [0, appArmorProfile]),
  baseline("capabilities_baseline", [0, capabilities]),
  baseline("hostNamespaces", [0, hostNamespaces]),
  baseline("hostPathVolumes", [0, hostPathVolumes]),
  baseline("hostPorts", [0, hostPorts]),
  baseline("hostProbesAndHostLifecycle", [34, probeHosts]),
  baseline("privileged", [0, privileged]),
  baseline("procMount", [0, procMount], [35, butInUserNamespace(procMount)]),
  baseline("seLinuxOptions", [0, seLinuxOptions(new Set(SELINUX_TYPES))], [31, seLinuxOptions(new Set([...SELINUX_TYPES, "container_engine_t"]))]),
  baseline("seccompProfile_baseline", [0, seccompAnnotations], [19, seccompBaseline]),
  baseline(
    "sysctls",
    ...SYSCTLS.map(([since], index) => [since, sysctls(new Set(SYSCTLS.slice(0, index + 1).flatMap(([, names]) => names.split(" "))))] as const),
  ),
  baseline("windowsHostProcess", [0, windowsHostProcess]),
];
