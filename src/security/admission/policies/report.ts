/** What validating policies have found about one request, and what becomes of it: a denial, a warning, an audit annotation. */

import type { ValidatingAdmissionPolicyBinding as Binding, ValidatingAdmissionPolicy as Policy } from "../../../api/tables/admissionregistration-v1.ts";
import type { AdmissionRequest } from "../plugin.ts";

/** What one evaluation found. */
export interface Report {
  readonly decisions: readonly { readonly index: number; readonly message: string; readonly reason?: string }[];
  readonly annotations: readonly ({ readonly key: string; readonly value: string } | { readonly key: string; readonly error: string })[];
}

export interface Denial {
  readonly policy: Policy;
  readonly binding: Binding | undefined;
  readonly message: string;
  readonly reason?: string;
}

const FAILURE_KEY = "validation.policy.admission.k8s.io/validation_failure";
/** More failures than that aren't recorded. */
const FAILURES_MAX = 50;
const VALUE_BYTES_MAX = 10 * 1024;

export class Reports {
  readonly #request: AdmissionRequest;
  #first: Denial | undefined;
  readonly #failures: object[] = [];
  /** Of the policy in hand. */
  #annotations = new Map<string, Set<string>>();

  constructor(request: AdmissionRequest) {
    this.#request = request;
  }

  deny(denial: Denial): void {
    this.#first ??= denial;
  }

  add(policy: Policy, binding: Binding, { decisions, annotations }: Report): void {
    const actions = binding.spec.validationActions ?? [];
    const [policyName, bindingName] = [policy.metadata.name ?? "", binding.metadata.name ?? ""];
    for (const { index, message, reason } of decisions) {
      if (actions.includes("Deny")) this.deny({ policy, binding, message, ...(reason && { reason }) });
      if (actions.includes("Audit"))
        this.#failures.push({ message, policy: policyName, binding: bindingName, expressionIndex: index, validationActions: actions });
      if (actions.includes("Warn"))
        this.#request.warn(`Validation failed for ValidatingAdmissionPolicy '${policyName}' with binding '${bindingName}': ${message}`);
    }
    for (const annotation of annotations) {
      if ("error" in annotation) this.deny({ policy, binding, message: annotation.error });
      else this.#annotations.set(annotation.key, (this.#annotations.get(annotation.key) ?? new Set()).add(cut(annotation.value)));
    }
  }

  /** Hands the policy's annotations to the audit record. */
  publish({ metadata }: Policy): void {
    for (const [key, values] of this.#annotations) this.#request.annotate(`${metadata.name}/${key}`, [...values].join(", "));
    this.#annotations = new Map();
  }

  /** @returns the denial to tell, if there is one */
  end(): Denial | undefined {
    if (this.#failures.length > 0) this.#request.annotate(FAILURE_KEY, JSON.stringify(this.#failures.slice(0, FAILURES_MAX)));
    return this.#first;
  }
}

/** Not within a character. */
function cut(value: string): string {
  const bytes = Buffer.from(value);
  return bytes.length <= VALUE_BYTES_MAX ? value : new TextDecoder().decode(bytes.subarray(0, VALUE_BYTES_MAX), { stream: true });
}
