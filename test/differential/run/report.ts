/** Gathers the differences of a run, like ones together, and prints them, the most frequent first. */

import { appendFileSync, writeFileSync } from "node:fs";
import { reasonFor } from "./known.ts";
import type { Answered, Asked } from "./servers.ts";

interface Group {
  count: number;
  readonly whats: Map<string, number>;
  readonly example: string;
}

const SHOWN_BYTES = 1500;
const KINDS_SHOWN = 6;

export class Report {
  readonly #groups = new Map<string, Group>();
  readonly #known = new Map<string, number>();
  readonly #details: string | undefined;
  sent = 0;
  different = 0;

  /** @param details a file that gets every difference in full */
  constructor(details: string | undefined) {
    this.#details = details;
    if (details) writeFileSync(details, "");
  }

  add(what: string, asked: Asked, ours: Answered, theirs: Answered, found: readonly string[]): void {
    this.sent++;
    const titles = found.filter((title) => !this.#isKnown(what, asked, title));
    if (titles.length === 0) return;
    this.different++;
    const example = shown(asked, ours, theirs);
    if (this.#details) appendFileSync(this.#details, `══ ${what}\n${titles.map((title) => `   ${title}`).join("\n")}\n${example}\n`);
    for (const title of titles) {
      const group = this.#groups.getOrInsertComputed(title, () => ({ count: 0, whats: new Map(), example }));
      group.count++;
      group.whats.set(what, (group.whats.get(what) ?? 0) + 1);
    }
  }

  #isKnown(what: string, asked: Asked, title: string): boolean {
    const why = reasonFor(what, asked, title);
    if (why !== undefined) this.#known.set(why, (this.#known.get(why) ?? 0) + 1);
    return why !== undefined;
  }

  /** @param withExamples a request and its two answers for each */
  print(withExamples: boolean): void {
    const groups = [...this.#groups].sort(([, a], [, b]) => b.count - a.count);
    for (const [title, { count, whats, example }] of groups) {
      const kinds = [...whats].sort(([, a], [, b]) => b - a).map(([what, times]) => (times > 1 ? `${what} ×${times}` : what));
      const more = kinds.length > KINDS_SHOWN ? ` and ${kinds.length - KINDS_SHOWN} more` : "";
      console.log(`${String(count).padStart(5)}  ${title}\n       ${kinds.slice(0, KINDS_SHOWN).join("; ")}${more}`);
      if (withExamples) console.log(example.replace(/^/gm, "         "));
    }
    for (const [why, count] of this.#known) console.log(`${String(count).padStart(5)}  meant: ${why}`);
    console.log(`${this.sent} requests, ${this.different} answered differently, ${groups.length} differences`);
  }
}

function shown(asked: Asked, ours: Answered, theirs: Answered): string {
  const body = asked.body === undefined ? "" : (typeof asked.body === "string" ? asked.body : asked.body.toString("base64")).slice(0, SHOWN_BYTES);
  const one = ({ code, warnings, bytes }: Answered) =>
    `${code} ${bytes.toString("utf8").slice(0, SHOWN_BYTES).trim()}${warnings.map((text) => `\n        ${text}`).join("")}`;
  return `${asked.method} ${asked.path} ${asked.type ?? ""} → ${asked.accept ?? ""}\n${body}\nours:   ${one(ours)}\ntheirs: ${one(theirs)}`;
}
