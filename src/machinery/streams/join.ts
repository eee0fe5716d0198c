/** Joins two connections: what comes from one goes to the other, until one ends. */

import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";

/** When one side has ended the other has so long to say its last. */
const LAST_WORDS_MS = 2000;
/** Two pipelines listen to each, beside whoever made the connection. */
const LISTENERS_MAX = 20;

/** @returns when both are gone; neither outlives the other for long */
export async function join(one: Duplex, other: Duplex): Promise<void> {
  for (const socket of [one, other]) socket.setMaxListeners(LISTENERS_MAX).on("error", () => socket.destroy());
  const ways = [pipeline(one, other), pipeline(other, one)].map((way) => way.catch(() => undefined));
  const closed = Promise.all([one, other].map((socket) => (socket.destroyed ? undefined : new Promise((resolve) => socket.once("close", resolve)))));
  await Promise.race([...ways, closed]);
  const timer = setTimeout(() => {
    one.destroy();
    other.destroy();
  }, LAST_WORDS_MS);
  await Promise.all([...ways, closed]);
  clearTimeout(timer);
}
