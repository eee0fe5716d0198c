/** Request bodies in YAML into JSON without holding the event loop: JSON passes as it is, small documents are read here, large ones in a thread. */

import { type Clock, systemClock } from "../clock.ts";
import { JobRefusedError, JobThread, type Refusal } from "../job-thread.ts";
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

export class YamlConverter implements AsyncDisposable {
  readonly #thread: JobThread<string, WorkerAnswer>;

  constructor(clock: Clock = systemClock) {
    const module = new URL("./worker.ts", import.meta.url);
    this.#thread = new JobThread({ clock, module, timeoutMs: TIMEOUT_MS, waitingMax: WAITING_MAX, heapMaxMb: HEAP_MAX_MB, idleMs: IDLE_MS });
  }

  /** @returns the JSON to decode instead; rejects with `DecodeError` */
  async convert(bytes: Uint8Array): Promise<ConvertedYaml> {
    if (bytes.length > yamlBudget.maxBytes) throw new DecodeError(`yaml: the document is larger than ${yamlBudget.maxBytes} bytes`);
    const text = utf8(bytes);
    if (isPlainJson(bytes, text)) return { json: text, strictErrors: [] };
    if (bytes.length <= INLINE_MAX_BYTES) return yamlToJson(text);
    const answer = await this.#read(text);
    if ("refused" in answer) throw new DecodeError(answer.refused);
    return answer.converted;
  }

  async #read(text: string): Promise<WorkerAnswer> {
    try {
      return await this.#thread.run(text);
    } catch (error) {
      if (error instanceof JobRefusedError) throw new DecodeError(REFUSALS[error.why]);
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#thread[Symbol.asyncDispose]();
  }
}

const REFUSALS: Readonly<Record<Refusal, string>> = {
  busy: "yaml: too many large documents are being read",
  time: "yaml: the document takes too long to read",
  memory: "yaml: the document takes too much memory to read",
};

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
