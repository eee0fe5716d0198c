/** Priority and fairness: the request runs now, waits for its turn, or is told when to come back. The runner gives the turn back. */

import type { Step } from "../call.ts";

export const takeTurn: Step = {
  name: "takeTurn",
  run: (call) => call.context.front.turns.take(call),
};
