/** Which requests last as long as the client likes: they take no turn and have no deadline. */

import type { Call } from "../call.ts";

const STREAMS: ReadonlySet<string> = new Set(["attach", "exec", "proxy", "log", "portforward"]);

export function isLongRunning({ attributes }: Call): boolean {
  return attributes.isResource && (attributes.verb === "watch" || STREAMS.has(attributes.subresource));
}
