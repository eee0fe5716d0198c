/** The kinds of admissionregistration.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from "./policies.ts";
import { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from "./webhooks.ts";

export const admissionregistration: readonly Kind[] = [
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
];
