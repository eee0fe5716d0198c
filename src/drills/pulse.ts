/** A second client that asks for something small all the while: how long it waits tells how long the server did nothing else. */

import type { Actor } from "./room.ts";

const EVERY_MS = 5;

export interface Pulse {
  /** Ends it. @returns the longest wait, in milliseconds, and how many questions went unanswered */
  stop(): Promise<{ readonly longestMs: number; readonly unanswered: number }>;
}

/** @param path of something that exists and that the actor may see */
export function pulse(actor: Actor, path: string): Pulse {
  let over = false;
  let longestMs = 0;
  let unanswered = 0;
  const asking = (async () => {
    // Counted from when a question was due, so that a stall between two questions is seen as well.
    for (let due = performance.now(); !over; due = performance.now() + EVERY_MS) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      const { code } = await actor.send({ method: "GET", path });
      if (code !== 200) unanswered++;
      longestMs = Math.max(longestMs, performance.now() - due);
    }
  })();
  return {
    async stop() {
      over = true;
      await asking;
      return { longestMs, unanswered };
    },
  };
}
