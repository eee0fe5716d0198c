/** Request bodies in YAML into JSON without holding the event loop: JSON passes as it is, small documents are read here, large ones in a thread. */

import { Worker } from "node:worker_threads";
import { type Clock, systemClock } from "../clock.ts";
import { requestBudget } from "../json/budget.ts";
import { DecodeError } from "../json/decode-error.ts";
import { utf8 } from "../json/document.ts";
import { fastDecoder, newWalk } from "../json/fast.ts";
import { scanJson } from "../json/scan.ts";
import { scalarSchemas } from "../schema/build.ts";
import { type ConvertedYaml, yamlBudget, yamlToJson } from "./to-json.ts";
import type { WorkerAnswer } from "./worker.ts";

/** Read at once: a few milliseconds at worst. */
const INLINE_MAX_BYTES = 8 * 1024;
/** The library reads 3 MiB in two seconds; what takes this long was made to. */
const TIMEOUT_MS = 10_000;
/** Bodies that wait for the thread; more are refused. */
const WAITING_MAX = 32;
const HEAP_MAX_MB = 512;
/** After so long without work the thread ends and gives its memory back. */
const IDLE_MS = 15_000;
const OPEN_BRACE = 0x7b;

interface Job {
  readonly text: string;
  readonly done: (answer: ConvertedYaml) => void;
  readonly failed: (error: Error) => void;
}

export class YamlConverter implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #waiting: Job[] = [];
  #worker: Worker | undefined;
  #current: Job | undefined;
  #cancelTimer: () => void = () => {};

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** @returns the JSON to decode instead; rejects with `DecodeError` */
  async convert(bytes: Uint8Array): Promise<ConvertedYaml> {
    if (bytes.length > yamlBudget.maxBytes) throw new DecodeError(`yaml: the document is larger than ${yamlBudget.maxBytes} bytes`);
    const text = utf8(bytes);
    if (isPlainJson(bytes, text)) return { json: text, strictErrors: [] };
    if (bytes.length <= INLINE_MAX_BYTES) return yamlToJson(text);
    if (this.#waiting.length >= WAITING_MAX) throw new DecodeError("yaml: too many large documents are being read");
    return await new Promise((done, failed) => {
      this.#waiting.push({ text, done, failed });
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const jobs = [...this.#waiting.splice(0), ...(this.#current ? [this.#current] : [])];
    this.#current = undefined;
    for (const job of jobs) job.failed(new Error("The YAML converter is closed"));
    await this.#end();
  }

  #next(): void {
    if (this.#current) return;
    this.#cancelTimer();
    this.#current = this.#waiting.shift();
    if (!this.#current) {
      this.#worker?.unref(); // A process that has nothing else to do may end.
      this.#cancelTimer = this.#clock.after(IDLE_MS, () => void this.#end());
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(this.#current.text);
    this.#cancelTimer = this.#clock.after(TIMEOUT_MS, () => this.#abandon(new DecodeError("yaml: the document takes too long to read")));
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB } });
    worker.on("message", (answer: WorkerAnswer) => this.#settle(answer));
    worker.on("error", () => this.#abandon(new DecodeError("yaml: the document takes too much memory to read")));
    return worker;
  }

  #settle(answer: WorkerAnswer): void {
    const job = this.#current;
    this.#current = undefined;
    if ("converted" in answer) job?.done(answer.converted);
    else job?.failed("refused" in answer ? new DecodeError(answer.refused) : new Error(answer.failed));
    this.#next();
  }

  /** Gives up the document and the thread that reads it. */
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

/** What may be a number with a point or an exponent: YAML's reader writes it anew. */
const FRACTION = /[:,[\s]-?\d+[.eE]/;

/** JSON is YAML too, and what clients send most; only repeated keys are left to the YAML reader, which words them. */
function isPlainJson(bytes: Uint8Array, text: string): boolean {
  if (bytes[text.search(/[^ \t\r\n]/)] !== OPEN_BRACE || FRACTION.test(text)) return false;
  try {
    const { members } = scanJson(bytes, requestBudget);
    const walk = newWalk();
    fastDecoder(scalarSchemas.get("raw")!)(JSON.parse(text), walk);
    return walk.members === members;
  } catch {
    return false;
  }
}
