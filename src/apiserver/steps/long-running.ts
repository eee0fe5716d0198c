/** Which requests last as long as the client likes: they take no turn and have no deadline. */

import type { Attributes } from "../../security/attributes.ts";
import type { Call } from "../call.ts";

const STREAMS: ReadonlySet<string> = new Set(["attach", "exec", "proxy", "log", "portforward"]);

/** A profile is taken for as long as somebody asks. */
const PROFILES = "/debug/pprof/";

export function isLongRunning({ attributes }: Call): boolean {
  if (!attributes.isResource) return attributes.path.startsWith(PROFILES);
  return attributes.verb === "watch" || STREAMS.has(attributes.subresource);
}

const READS: ReadonlySet<string> = new Set(["get", "list", "watch"]);

/** @returns whether requests of that verb change nothing: Kubernetes counts them apart from those that may */
export function isReadOnly({ verb }: Attributes): boolean {
  return READS.has(verb);
}
