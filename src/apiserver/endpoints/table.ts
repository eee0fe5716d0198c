/** The table of what stands behind paths that name no resource. */

import type { Endpoint, Endpoints } from "../call.ts";

export interface EndpointRow extends Endpoint {
  readonly path: string;
}

/** @param dynamic asked in turn for paths that no row has: groups and versions come and go with what is served */
export function endpointTable(rows: readonly EndpointRow[], dynamic: readonly ((path: string) => Endpoint | undefined)[] = []): Endpoints {
  const byPath = new Map(rows.map((row) => [row.path, row]));
  return {
    find(path) {
      const known = byPath.get(path);
      if (known) return known;
      for (const find of dynamic) {
        const found = find(path);
        if (found) return found;
      }
      return undefined;
    },
  };
}
