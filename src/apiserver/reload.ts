/** Certificates and authorities are read anew when their files change, so that a rotation needs no restart. What doesn't hold together is not taken. */

import { readFileSync } from "node:fs";
import type { Clock } from "../machinery/clock.ts";
import type { Log } from "../machinery/log.ts";

const LOOK_EVERY_MS = 5000;

export interface Followed {
  readonly what: string;
  readonly files: readonly string[];
  /** Takes the files' new texts; throws where they are no good, or not whole yet: then they are tried again. */
  apply(texts: readonly string[]): void;
}

/** @returns what ends the following */
export function followFiles(all: readonly Followed[], clock: Clock, log: Log, everyMs = LOOK_EVERY_MS): () => void {
  const standing = new Map(all.map((one) => [one, one.files.map(textOf)]));
  /** What was refused last: it is told of once. */
  const refused = new Map<Followed, string>();
  let cancel = (): void => {};

  function look(): void {
    for (const [one, before] of standing) {
      const texts = one.files.map(textOf);
      if (texts.some((text) => text === undefined) || texts.every((text, i) => text === before[i])) continue;
      try {
        one.apply(texts as string[]);
        standing.set(one, texts);
        refused.delete(one);
        log.info("read anew, because its files changed", { what: one.what });
      } catch (error) {
        if (refused.get(one) === String(error)) continue;
        refused.set(one, String(error));
        log.warn("changed files are no good: what was read before stands", { what: one.what, error: String(error) });
      }
    }
    later();
  }

  function later(): void {
    cancel = clock.after(everyMs, look);
  }

  later();
  return () => cancel();
}

/** @returns undefined for a file that is being replaced */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
