/** Work over what users send that could hold the event loop: it is done aside, in a thread that is there only while there is such work. */

import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { AuthorizationAnswer, AuthorizationCheck } from "../../machinery/cel/functions/authorizer.ts";
import type { Clock } from "../../machinery/clock.ts";
import { JobRefusedError, JobThread } from "../../machinery/job-thread.ts";
import { StatusError, timeout } from "../../machinery/status/status-error.ts";
import type { Elsewhere, ExpressionAnswer, ExpressionJob } from "../../security/admission/policies/elsewhere.ts";
import type { Subject, Verdict } from "../registry/verdict.ts";
import { type Answer, type Job, pack, sourceOf } from "./job.ts";

/** No rule that stays within its cost takes a tenth of it. */
const TIMEOUT_MS = 10_000;
/** More are refused: who waits behind so many waits too long. */
const WAITING_MAX = 64;
const HEAP_MAX_MB = 512;
const IDLE_MS = 15_000;
const RETRY_AFTER_SECONDS = 5;

export class Aside implements AsyncDisposable, Elsewhere {
  readonly #thread: JobThread<Job, Answer, AuthorizationCheck>;

  constructor(clock: Clock) {
    const module = new URL("./worker.ts", import.meta.url);
    this.#thread = new JobThread({ clock, module, timeoutMs: TIMEOUT_MS, waitingMax: WAITING_MAX, heapMaxMb: HEAP_MAX_MB, idleMs: IDLE_MS });
  }

  /** Validates as `verdictOn` does. Throws a StatusError where that takes too long, or where too many wait. */
  async verdictOn({ kind, subresource, next, last, context }: Subject): Promise<Verdict> {
    const { now, sameSpec = false } = context;
    const namespaceLabels = last ? undefined : context.namespaceLabels?.();
    const before = last && pack(kind, last);
    await setImmediate(); // Writing a large object takes a while: others go first.
    const packed = { next: pack(kind, next), last: before };
    await setImmediate();
    const answer = await this.#run({ validation: { kind: sourceOf(kind), subresource, ...packed, now, sameSpec, namespaceLabels } });
    assert.ok("verdict" in answer);
    return answer.verdict;
  }

  async evaluate(expression: ExpressionJob, authorize: (check: AuthorizationCheck) => Promise<AuthorizationAnswer>): Promise<ExpressionAnswer> {
    const answer = await this.#run({ expression }, authorize);
    assert.ok("evaluated" in answer);
    return answer.evaluated;
  }

  async #run(job: Job, reply?: (check: AuthorizationCheck) => Promise<AuthorizationAnswer>): Promise<Answer> {
    try {
      return await this.#thread.run(job, reply);
    } catch (error) {
      if (!(error instanceof JobRefusedError)) throw error;
      if (error.why !== "busy") throw timeout("the rules that the object is held against take too long");
      throw new StatusError({
        code: 429,
        reason: "TooManyRequests",
        message: "too many objects whose rules take long are being validated",
        details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
      });
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#thread[Symbol.asyncDispose]();
  }
}
