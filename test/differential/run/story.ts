/** What is done with one object on both servers: each step is sent to both, and the story ends where they part. */

import type { Plain } from "../../../src/machinery/plain.ts";
import { isObject } from "../../../src/machinery/plain.ts";
import { Choices } from "../random-writes.ts";
import { differences } from "./compare.ts";
import { seen } from "./normal.ts";
import type { Report } from "./report.ts";
import type { Answered, Asked, Server } from "./servers.ts";

/** Makes a request from the object as one of the servers last showed it. Run once for each server, with the same choices. */
export type Make = (last: Plain | undefined, choices: Choices) => Asked;

export interface Settings {
  readonly servers: readonly [Server, Server];
  readonly report: Report;
  readonly withMessages: boolean;
  structOf(apiVersion: string, kind: string): string | undefined;
}

export class Story {
  readonly #settings: Settings;
  readonly #choices: Choices;
  readonly #last: [Plain | undefined, Plain | undefined] = [undefined, undefined];
  readonly #names = new Set<string>();
  /** Whether the servers have answered differently. */
  parted = false;
  /** Whether one of them has taken a write. */
  made = false;

  constructor(settings: Settings, choices: Choices) {
    this.#settings = settings;
    this.#choices = choices;
  }

  /**
   * @param what the kind and the step, for the report
   * @param keeps whether the answer is the object
   * @returns the status code of the reference
   */
  async step(what: string, make: Make, keeps = false): Promise<number> {
    const seed = this.#choices.below(2 ** 31);
    const asked = this.#last.map((last) => make(last, new Choices(seed))) as [Asked, Asked];
    const { servers, report, withMessages, structOf } = this.#settings;
    const [ours, theirs] = (await Promise.all(servers.map((server, i) => server.ask(asked[i]!)))) as [Answered, Answered];
    const found = differences(seen(ours, structOf, withMessages), seen(theirs, structOf, withMessages));
    report.add(what, asked[1], ours, theirs, found);
    if (found.length > 0) this.parted = true;
    for (const [i, answer] of [ours, theirs].entries()) {
      const object = objectOf(answer);
      if (answer.code < 300 && asked[i]!.method !== "GET") this.made = true;
      const name = object && isObject(object.metadata) ? object.metadata.name : undefined;
      if (typeof name === "string") this.#names.add(name);
      if (keeps) this.#last[i] = object ?? this.#last[i];
    }
    return theirs.code;
  }

  /** The names that objects have had in the answers. */
  get generated(): ReadonlySet<string> {
    return this.#names;
  }
}

function objectOf({ code, headers, bytes }: Answered): Plain | undefined {
  if (code >= 300 || headers["content-type"] !== "application/json") return undefined;
  const text = bytes.toString();
  if (text === "" || text.trimEnd().includes("\n")) return undefined; // A watch, or JSON to be read by people.
  const object: unknown = JSON.parse(text);
  return isObject(object) && isObject(object.metadata) && object.kind !== "Status" && object.kind !== "Table" ? object : undefined;
}
