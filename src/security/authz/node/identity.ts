/** Which node a user is, if any: its name says so and the group confirms it. */

import type { User } from "../../user.ts";

const PREFIX = "system:node:";

/** @returns the node's name, empty for a node without one; undefined for anybody else */
export function nodeOf(user: User): string | undefined {
  return user.name.startsWith(PREFIX) && user.groups.includes("system:nodes") ? user.name.slice(PREFIX.length) : undefined;
}
