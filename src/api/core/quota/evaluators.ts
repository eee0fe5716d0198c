/** Every resource has an evaluator: a few count more than their objects. [Kubernetes pkg/quota/v1/evaluator/core/registry.go, pkg/quota/v1/install] */

import { deviceClaimEvaluator } from "./device-claims.ts";
import { podEvaluator } from "./pods.ts";
import { serviceEvaluator } from "./services.ts";
import { countName, type Evaluator, ONE } from "./usage.ts";
import { volumeClaimEvaluator } from "./volume-claims.ts";

const SPECIAL = new Map([podEvaluator, serviceEvaluator, volumeClaimEvaluator, deviceClaimEvaluator].map((one) => [`${one.group}/${one.resource}`, one]));

/** Core resources that had a name of their own before there was `count/`. */
const ALIASES: ReadonlySet<string> = new Set(["configmaps", "resourcequotas", "replicationcontrollers", "secrets"]);

/** What is never stored, or was never counted. */
const IGNORED: ReadonlySet<string> = new Set([
  "/bindings",
  "/componentstatuses",
  "/events",
  "events.k8s.io/events",
  "authentication.k8s.io/tokenreviews",
  "authentication.k8s.io/selfsubjectreviews",
  "authorization.k8s.io/subjectaccessreviews",
  "authorization.k8s.io/selfsubjectaccessreviews",
  "authorization.k8s.io/localsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectrulesreviews",
]);

/** @returns undefined for resources that no quota counts */
export function evaluatorOf(group: string, resource: string): Evaluator | undefined {
  const key = `${group}/${resource}`;
  if (IGNORED.has(key)) return undefined;
  return SPECIAL.get(key) ?? counter(group, resource);
}

/** Counts the objects of any resource, custom ones too. */
function counter(group: string, resource: string): Evaluator {
  const own = [countName(group, resource), ...(group === "" && ALIASES.has(resource) ? [resource] : [])];
  return {
    group,
    resource,
    names: (hard) => hard.filter((name) => own.includes(name)).toSorted(),
    handles: ({ operation, subresource }) => operation === "CREATE" && subresource === "",
    matchesScope: () => false,
    usage: () => new Map(own.map((name) => [name, ONE])),
  };
}
