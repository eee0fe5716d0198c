/** Counts what the Pod Security Standards decide. [k8s.io/pod-security-admission metrics] */

import { counter, families } from "../../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../../machinery/metrics/registry.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";

const OF_REQUEST = ["request_operation", "resource", "subresource"];
const FAMILIES = {
  evaluations: counter("pod_security_evaluations_total", "ALPHA", "Pods and workloads that were held against a level.", [
    ...["decision", "mode", "policy_level", "policy_version", ...OF_REQUEST],
  ]),
  exemptions: counter("pod_security_exemptions_total", "ALPHA", "Requests that were exempt: none is.", OF_REQUEST),
};
const PREFIX = "pod-security.kubernetes.io/";

/** @returns the same plug-in, counted by what it says of each request */
export function countedPodSecurity(plugin: AdmissionPlugin, registry: MetricRegistry): AdmissionPlugin {
  const { evaluations, exemptions } = families(registry, FAMILIES);
  for (const resource of ["controller", "pod"]) exemptions.of("create", resource, "");

  function count(request: AdmissionRequest, decision: string, mode: string, policy: string): void {
    const [level = "", version = ""] = policy.split(":");
    const resource = request.resource.resource === "pods" ? "pod" : "controller";
    evaluations.of(decision, mode, level, version, request.operation.toLowerCase(), resource, request.subresource).add();
  }

  return {
    ...plugin,
    async validate(request) {
      let enforced: string | undefined;
      const heard = Object.create(request, {
        annotate: {
          value(key: string, value: string): void {
            request.annotate(key, value);
            if (key === `${PREFIX}enforce-policy`) enforced = value;
            if (key === `${PREFIX}audit-violations`) count(request, "deny", "audit", quoted(value));
          },
        },
        warn: {
          value(message: string): void {
            request.warn(message);
            if (message.startsWith("would violate PodSecurity ")) count(request, "deny", "warn", quoted(message));
          },
        },
      }) as AdmissionRequest;
      let decision = "deny";
      try {
        await plugin.validate?.(heard);
        decision = "allow";
      } finally {
        if (enforced !== undefined) count(request, decision, "enforce", enforced);
      }
    },
  };
}

/** The level that a message names: `would violate PodSecurity "baseline:latest": …`. */
function quoted(message: string): string {
  return /"([^"]*)"/.exec(message)?.[1] ?? "";
}
