/** How long webhooks take and what they answer, under the names that Kubernetes' dashboards read. [k8s.io/apiserver pkg/admission/metrics] */

import { performance } from "node:perf_hooks";
import type { Family, MetricRegistry } from "../../../machinery/metrics/registry.ts";
import type { Distribution, Value } from "../../../machinery/metrics/series.ts";
import { StatusError } from "../../../machinery/status/status-error.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { CallError } from "./ask.ts";
import type { Hook } from "./hooks.ts";

const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25];
/** A webhook may give its refusal any code: so many are told apart. */
const CODE_MAX = 600;

/** What a failed call says of itself. */
type Failure = "calling_webhook_error" | "apiserver_internal_error" | "no_error";

export class WebhookMetrics {
  readonly #type: "admit" | "validating";
  readonly #durations: Family<Distribution>;
  readonly #rejections: Family<Value>;
  readonly #failedOpen: Family<Value>;
  readonly #requests: Family<Value>;

  constructor(families: WebhookFamilies, type: "admit" | "validating") {
    this.#type = type;
    this.#durations = families.durations;
    this.#rejections = families.rejections;
    this.#failedOpen = families.failedOpen;
    this.#requests = families.requests;
  }

  /** Notes what a call came to, which stays as it was. */
  async measure<T>({ webhook: { name }, failsOpen }: Hook, operation: AdmissionRequest["operation"], work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const note = (code: number, rejected: boolean): void => {
      this.#requests.of(String(Math.min(code, CODE_MAX)), name, operation, String(rejected), this.#type).add();
      this.#durations.of(name, operation, String(rejected), this.#type).observe((performance.now() - began) / 1000);
    };
    try {
      const result = await work();
      note(200, false);
      return result;
    } catch (error) {
      const { code, failure } = outcomeOf(error);
      const rejected = failure !== "calling_webhook_error" || !failsOpen;
      note(code, rejected);
      if (rejected) this.#rejections.of(failure, name, operation, String(Math.min(code, CODE_MAX)), this.#type).add();
      else this.#failedOpen.of(name, this.#type).add();
      throw error;
    }
  }
}

function outcomeOf(error: unknown): { readonly code: number; readonly failure: Failure } {
  if (error instanceof CallError) return { code: error.code, failure: "calling_webhook_error" };
  if (error instanceof StatusError)
    return { code: error.status.code, failure: error.status.reason === "InternalError" ? "apiserver_internal_error" : "no_error" };
  return { code: 0, failure: "apiserver_internal_error" };
}

export interface WebhookFamilies {
  readonly durations: Family<Distribution>;
  readonly rejections: Family<Value>;
  readonly failedOpen: Family<Value>;
  readonly requests: Family<Value>;
}

/** Both sorts of webhooks count in the same. */
export function webhookFamilies(registry: MetricRegistry): WebhookFamilies {
  const counter = (name: string, help: string, labels: readonly string[]) =>
    registry.counter({ name: `apiserver_admission_webhook_${name}`, help, stability: "ALPHA", labels });
  return {
    durations: registry.histogram({
      name: "apiserver_admission_webhook_admission_duration_seconds",
      help: "How long each webhook took.",
      stability: "STABLE",
      labels: ["name", "operation", "rejected", "type"],
      buckets: SECONDS,
    }),
    rejections: counter("rejection_count", "How often a webhook refused, or couldn't be asked.", ["error_type", "name", "operation", "rejection_code", "type"]),
    failedOpen: counter("fail_open_count", "How often a request passed because a webhook couldn't be asked.", ["name", "type"]),
    requests: counter("request_total", "How often a webhook was asked, by what it answered.", ["code", "name", "operation", "rejected", "type"]),
  };
}
