/** A pod's containers of all three lists. [Kubernetes pkg/apis/core/validation/validation.go validateContainers and its neighbours] */

import type { Int64 } from "../../../../machinery/schema/int64.ts";
import { duplicate, type FieldError, forbiddenField, notFoundField, required } from "../../../../machinery/status/field-error.ts";
import { dnsLabel, oneOf } from "../../../meta/checks.ts";
import type { Container, EphemeralContainer, PodSpec, Volume } from "../../../tables/core-v1.ts";
import { containerResourceName } from "../../resources/names.ts";
import { requirementErrors } from "../../resources/requirements.ts";
import { isRestartable } from "../aggregate.ts";
import type { AnyContainer } from "../containers.ts";
import { envErrors, envFromErrors } from "./env.ts";
import { deviceErrors, mountErrors } from "./mounts.ts";
import { hostPortConflicts, portErrors } from "./ports.ts";
import { probeErrors } from "./probes.ts";
import { initResizePolicyErrors, initRestartPolicyErrors, resizePolicyErrors, restartPolicyErrors } from "./restart-policy.ts";
import { securityContextErrors } from "./security-context.ts";

/** What the checks of a container need to know of its pod. */
export interface Surroundings {
  readonly spec: PodSpec;
  /** The volumes that are good themselves, by name. */
  readonly volumes: ReadonlyMap<string, Volume>;
  /** The names of the pod's resource claims. */
  readonly claims: ReadonlySet<string>;
}

const PULL_POLICIES: readonly string[] = ["Always", "IfNotPresent", "Never"];

/** @param at the spec's field */
export function containerErrors(at: string, pod: Surroundings): FieldError[] {
  return [...mainContainers(`${at}.containers`, pod), ...initContainers(`${at}.initContainers`, pod), ...ephemeralContainers(`${at}.ephemeralContainers`, pod)];
}

function mainContainers(at: string, pod: Surroundings): FieldError[] {
  const containers = pod.spec.containers ?? [];
  if (containers.length === 0) return [required(at, "")];
  const names = new Set<string>();
  const grace = pod.spec.terminationGracePeriodSeconds;
  const errors = containers.flatMap((container, i) => {
    const field = `${at}[${i}]`;
    return [
      ...commonErrors(field, container, pod),
      ...takeName(field, container.name, names),
      ...probeErrors(field, container, grace),
      ...restartPolicyErrors(field, container),
    ];
  });
  return [...errors, ...hostPortConflicts(at, containers)];
}

function initContainers(at: string, pod: Surroundings): FieldError[] {
  const names = new Set((pod.spec.containers ?? []).map(({ name = "" }) => name));
  const grace = pod.spec.terminationGracePeriodSeconds;
  return (pod.spec.initContainers ?? []).flatMap((container, i) => {
    const field = `${at}[${i}]`;
    return [
      ...commonErrors(field, container, pod),
      ...initRestartPolicyErrors(field, container),
      ...takeName(field, container.name, names, true),
      ...hostPortConflicts(at, [container]),
      ...initHandlerErrors(field, container, grace),
      ...initResizePolicyErrors(field, container),
    ];
  });
}

/** What runs to its end before the pod begins has nothing to probe. */
function initHandlerErrors(at: string, container: Container, grace: Int64 | undefined): FieldError[] {
  if (isRestartable(container)) return probeErrors(at, container, grace);
  const set = (["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const).filter((name) => container[name]);
  return set.map((name) => forbiddenField(`${at}.${name}`, "may not be set for init containers without restartPolicy=Always"));
}

/** What a debugger that joins a running pod can't have. In the order in which Kubernetes' struct has them. */
const NOT_EPHEMERAL = [
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
] as const satisfies readonly (keyof EphemeralContainer)[];

function ephemeralContainers(at: string, pod: Surroundings): FieldError[] {
  const others = new Set([...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])].map(({ name = "" }) => name));
  const names = new Set(others);
  const detail = "cannot be set for an Ephemeral Container";
  return (pod.spec.ephemeralContainers ?? []).flatMap((container, i) => {
    const field = `${at}[${i}]`;
    const { targetContainerName: target } = container;
    const errors = [...commonErrors(field, container, pod), ...imageSpaceErrors(field, container), ...takeName(field, container.name, names)];
    if (target && !others.has(target)) errors.push(notFoundField(`${field}.targetContainerName`, target));
    for (const name of NOT_EPHEMERAL) if (isSet(name, container[name])) errors.push(forbiddenField(`${field}.${name}`, detail));
    for (const [j, mount] of (container.volumeMounts ?? []).entries()) {
      for (const name of ["subPath", "subPathExpr"] as const) if (mount[name]) errors.push(forbiddenField(`${field}.volumeMounts[${j}].${name}`, detail));
    }
    return errors;
  });
}

/** Go's zero value is none; an empty list that was sent isn't zero, nor is an empty struct behind a pointer. */
function isSet(name: string, value: unknown): boolean {
  if (name === "resources") return Object.keys(value ?? {}).length > 0;
  return value !== undefined && value !== "";
}

/** Held against pods only: templates had such images before anyone looked. */
export function imageSpaceErrors(at: string, { image = "" }: AnyContainer): FieldError[] {
  if (image === image.trim()) return [];
  return [
    { type: "FieldValueInvalid", field: `${at}.image`, message: `Invalid value: ${JSON.stringify(image)}: must not have leading or trailing whitespace` },
  ];
}

/** @param mayLack two without a name aren't the same then */
function takeName(at: string, name = "", names: Set<string>, mayLack = false): FieldError[] {
  if (names.has(name)) return [duplicate(`${at}.name`, name)];
  if (name || !mayLack) names.add(name);
  return [];
}

function commonErrors(at: string, container: AnyContainer, { spec, volumes, claims }: Surroundings): FieldError[] {
  return [
    ...(container.name ? dnsLabel(`${at}.name`, container.name) : [required(`${at}.name`, "")]),
    ...(container.image ? [] : [required(`${at}.image`, "")]),
    ...oneOf(`${at}.terminationMessagePolicy`, container.terminationMessagePolicy, ["File", "FallbackToLogsOnError"]),
    ...portErrors(`${at}.ports`, container.ports),
    ...envErrors(`${at}.env`, container.env),
    ...envFromErrors(`${at}.envFrom`, container.envFrom),
    ...mountErrors(`${at}.volumeMounts`, container, volumes),
    ...deviceErrors(`${at}.volumeDevices`, container, volumes),
    ...oneOf(`${at}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES),
    ...requirementErrors(`${at}.resources`, container.resources, containerResourceName, claims),
    ...resizePolicyErrors(`${at}.resizePolicy`, container, spec.restartPolicy),
    ...securityContextErrors(`${at}.securityContext`, container.securityContext, spec.hostUsers !== false),
  ];
}
