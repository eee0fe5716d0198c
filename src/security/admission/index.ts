/** The admission plug-ins, in Kubernetes' order: all that change objects run in it first, then all that judge. */

import type { Clock } from "../../machinery/clock.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Random } from "../../machinery/random.ts";
import type { WebhookClient } from "../../machinery/webhook.ts";
import type { Authorizer } from "../attributes.ts";
import type { Policy } from "../authz/rbac/policy.ts";
import { certificateApproval, certificateSigning, certificateSubjectRestriction, clusterTrustBundleAttest, podCertificateSigning } from "./certificates.ts";
import { persistentVolumeClaimResize } from "./claim-resize.ts";
import type { AdmissionSettings } from "./configuration.ts";
import { defaultIngressClass, defaultStorageClass } from "./default-classes.ts";
import { deviceClaimRights } from "./device-claims.ts";
import { limitRanger } from "./limit-ranger.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeDeclaredFeatureValidator } from "./node-features.ts";
import { nodeRestriction } from "./node-restriction.ts";
import type { AdmissionPlugin } from "./plugin.ts";
import { podResizeValidator } from "./pod-resize.ts";
import { countedPodSecurity } from "./pod-security/counted.ts";
import { podSecurity } from "./pod-security.ts";
import { podTopologyLabels } from "./pod-topology-labels.ts";
import type { Elsewhere } from "./policies/elsewhere.ts";
import { webhookConditions } from "./policies/match-conditions.ts";
import { mutatingPolicies } from "./policies/mutating.ts";
import { expressionTimes } from "./policies/times.ts";
import { validatingPolicies } from "./policies/validating.ts";
import { priority } from "./priority.ts";
import { resourceQuota } from "./quota/resource-quota.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { runtimeClass } from "./runtime-class.ts";
import { serviceAccount } from "./service-account.ts";
import { storageObjectInUseProtection } from "./storage-protection.ts";
import { defaultTolerationSeconds, taintNodesByCondition } from "./tolerations.ts";
import { webhookFamilies } from "./webhooks/metrics.ts";
import { mutatingWebhooks } from "./webhooks/mutating.ts";
import { validatingWebhooks } from "./webhooks/validating.ts";

export interface AdmissionOptions {
  readonly authorizer: Authorizer;
  /** Evaluates expressions that take long. */
  readonly elsewhere?: Elsewhere | undefined;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly random: Random;
  /** Asks webhooks; without it none is asked. */
  readonly webhooks: WebhookClient | undefined;
  readonly registry: MetricRegistry;
  readonly settings: AdmissionSettings | undefined;
}

export function admissionPlugins({
  authorizer,
  elsewhere,
  policy,
  clock,
  random,
  webhooks: client,
  registry,
  settings,
}: AdmissionOptions): readonly AdmissionPlugin[] {
  const times = expressionTimes(registry);
  const asking = client && { client, clock, random, conditions: webhookConditions(authorizer, elsewhere, times), families: webhookFamilies(registry) };
  return [
    namespaceLifecycle,
    limitRanger,
    serviceAccount({ clock, random }),
    nodeRestriction(authorizer),
    taintNodesByCondition,
    countedPodSecurity(podSecurity, registry),
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    storageObjectInUseProtection,
    persistentVolumeClaimResize,
    runtimeClass,
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    podCertificateSigning(authorizer),
    clusterTrustBundleAttest(authorizer),
    certificateSubjectRestriction,
    defaultIngressClass,
    podTopologyLabels,
    nodeDeclaredFeatureValidator,
    podResizeValidator,
    rbacEscalation(policy, authorizer),
    mutatingPolicies(authorizer, elsewhere, times),
    ...(asking ? [mutatingWebhooks(asking)] : []),
    validatingPolicies(authorizer, elsewhere, times),
    ...(asking ? [validatingWebhooks(asking)] : []),
    deviceClaimRights(authorizer),
    resourceQuota(clock, settings?.limitedResources),
  ];
}
