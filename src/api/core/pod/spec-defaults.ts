/** Defaults of a pod's spec wherever it stands: in pods and in templates. [Kubernetes pkg/apis/core/v1/defaults.go, SetDefaults_PodSpec] */

import { roundToMilli } from "../../meta/resource-list.ts";
import type { PodSpec } from "../../tables/core-v1.ts";
import { volumeDefaults } from "../volume/defaults.ts";
import { containerDefaults } from "./container-defaults.ts";

const GRACE_SECONDS = 30;

export function podSpecDefaults(spec: PodSpec): void {
  aliasServiceAccount(spec);
  spec.dnsPolicy ||= "ClusterFirst";
  spec.restartPolicy ||= "Always";
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= GRACE_SECONDS;
  spec.schedulerName ||= "default-scheduler";
  for (const volume of spec.volumes ?? []) volumeDefaults(volume);
  for (const container of spec.initContainers ?? []) containerDefaults(container);
  for (const container of spec.containers ?? []) containerDefaults(container);
  for (const container of spec.ephemeralContainers ?? []) containerDefaults(container);
  roundToMilli(spec.overhead);
  roundToMilli(spec.resources?.limits);
  roundToMilli(spec.resources?.requests);
}

/** `serviceAccount` is the old name of `serviceAccountName`: the new one wins, and both are always the same. */
function aliasServiceAccount(spec: PodSpec): void {
  const name = spec.serviceAccountName || spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}
