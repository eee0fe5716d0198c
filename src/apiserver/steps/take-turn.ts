/** Bounds how many requests are worked on at a time, those that write apart from those that read, so that a flood of one leaves room for the other. */

import type { Call, Step } from "../call.ts";
import { PlainError } from "../plain-error.ts";
import { isLongRunning } from "./long-running.ts";

/** As kube-apiserver without priority and fairness: --max-requests-inflight and --max-mutating-requests-inflight. */
const MAX_READING = 400;
const MAX_WRITING = 200;
const RETRY_AFTER_SECONDS = 1;
const READS: ReadonlySet<string> = new Set(["get", "list", "watch"]);
/** The way in for whoever must end the flood. */
const EXEMPT_GROUP = "system:masters";

export const takeTurn: Step = {
  name: "takeTurn",
  run(call) {
    if (isLongRunning(call)) return;
    const { turns } = call.context.front;
    const lane = READS.has(call.attributes.verb) ? "reading" : "writing";
    const limit = lane === "reading" ? MAX_READING : MAX_WRITING;
    if (turns[lane] >= limit && !call.user.groups.includes(EXEMPT_GROUP)) {
      throw new PlainError(429, "Too many requests, please try again later.", RETRY_AFTER_SECONDS);
    }
    turns[lane]++;
    call.lane = lane;
  },
};

/** The runner calls this once the request is answered, however it ended. */
export function giveTurnBack(call: Call): void {
  if (call.lane) call.context.front.turns[call.lane]--;
  call.lane = undefined;
}
