/**
 * The store's contract as tests. Each backend calls `storeSuite` from its own test file; the in-memory model is the first caller,
 * and the oracle that the property tests compare the others with.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { lists } from "./contract/lists.ts";
import { propertySuite } from "./contract/property.ts";
import { type Check, ManualClock, type OpenStore } from "./contract/support.ts";
import { transactions } from "./contract/transactions.ts";
import { watches } from "./contract/watches.ts";

/** Runs the contract against one backend. */
export function storeSuite(name: string, open: OpenStore): void {
  const check: Check = (title, body) =>
    test(`${name}: ${title}`, { timeout: 60_000 }, async () => {
      const dir = mkdtempSync(join(tmpdir(), "rampart-store-"));
      const clock = new ManualClock();
      try {
        const store = await open(dir, clock);
        try {
          await body(store, clock);
        } finally {
          await store.close();
        }
      } finally {
        rmSync(dir, { recursive: true });
      }
    });
  transactions(check);
  lists(check);
  watches(check);
  propertySuite(name, open);
}
