/**
 * A thread for work over what users send that would hold the event loop: one job at a time, each within a time and a memory. It starts with the first job
 * and ends, giving its memory back, when there has been none for a while.
 */

import { Worker } from "node:worker_threads";
import type { Clock } from "./clock.ts";

export interface JobThreadOptions {
  readonly clock: Clock;
  /** The module that the thread runs; it calls `answerJobs`. */
  readonly module: URL;
  readonly timeoutMs: number;
  /** Jobs that wait their turn; more are refused. */
  readonly waitingMax: number;
  readonly heapMaxMb: number;
  readonly idleMs: number;
}

/** Why a job has no answer though nothing is wrong with the program. */
export type Refusal = "busy" | "time" | "memory";

export class JobRefusedError extends Error {
  override name = "JobRefusedError";
  readonly why: Refusal;
  constructor(why: Refusal) {
    super(`the work was given up: ${why}`);
    this.why = why;
  }
}

/** What the thread says of a job. */
export type Message<Answer, Question> = { readonly answer: Answer } | { readonly ask: Question } | { readonly failed: string };

interface Waiting<Job, Answer, Question> {
  readonly job: Job;
  /** What the job asks of this side while it runs. */
  readonly reply: ((question: Question) => unknown) | undefined;
  readonly done: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
}

export class JobThread<Job, Answer, Question = never> implements AsyncDisposable {
  readonly #options: JobThreadOptions;
  readonly #waiting: Waiting<Job, Answer, Question>[] = [];
  #worker: Worker | undefined;
  #current: Waiting<Job, Answer, Question> | undefined;
  #cancelTimer: () => void = () => {};

  constructor(options: JobThreadOptions) {
    this.#options = options;
  }

  /** @param reply answers what the job asks meanwhile. @throws JobRefusedError; any other error is one of the program's */
  run(job: Job, reply?: (question: Question) => unknown): Promise<Answer> {
    if (this.#waiting.length >= this.#options.waitingMax) return Promise.reject(new JobRefusedError("busy"));
    return new Promise((done, failed) => {
      this.#waiting.push({ job, reply, done, failed });
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const jobs = [...this.#waiting.splice(0), ...(this.#current ? [this.#current] : [])];
    this.#current = undefined;
    for (const { failed } of jobs) failed(new Error("The thread is closed"));
    await this.#end();
  }

  #next(): void {
    if (this.#current) return;
    this.#cancelTimer();
    this.#current = this.#waiting.shift();
    const { clock, timeoutMs, idleMs } = this.#options;
    if (!this.#current) {
      this.#worker?.unref(); // A process that has nothing else to do may end.
      this.#cancelTimer = clock.after(idleMs, () => void this.#end());
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(this.#current.job);
    this.#cancelTimer = clock.after(timeoutMs, () => this.#abandon(new JobRefusedError("time")));
  }

  #start(): Worker {
    const { module, heapMaxMb } = this.#options;
    const worker = new Worker(module, { resourceLimits: { maxOldGenerationSizeMb: heapMaxMb } });
    worker.on("message", (message: Message<Answer, Question>) => this.#hear(message));
    worker.on("error", (error: Error & { code?: string }) =>
      this.#abandon(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? new JobRefusedError("memory") : new Error("The thread has failed", { cause: error })),
    );
    return worker;
  }

  #hear(message: Message<Answer, Question>): void {
    const job = this.#current;
    if ("ask" in message) {
      void this.#reply(job, message.ask);
      return;
    }
    this.#current = undefined;
    if ("answer" in message) job?.done(message.answer);
    else job?.failed(new Error(message.failed));
    this.#next();
  }

  async #reply(job: Waiting<Job, Answer, Question> | undefined, question: Question): Promise<void> {
    try {
      const reply = await job?.reply?.(question);
      if (job && job === this.#current) this.#worker?.postMessage(reply);
    } catch (error) {
      if (job && job === this.#current) this.#abandon(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Gives up the job and the thread that does it. */
  #abandon(error: Error): void {
    void this.#end();
    const job = this.#current;
    this.#current = undefined;
    job?.failed(error);
    this.#next();
  }

  async #end(): Promise<void> {
    this.#cancelTimer();
    const worker = this.#worker;
    this.#worker = undefined;
    worker?.removeAllListeners();
    await worker?.terminate();
  }
}
