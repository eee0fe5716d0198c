/** What waits for slow watchers is bounded. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Backlog, type Holder } from "./backlog.ts";

const MIB = 1 << 20;

class Watcher implements Holder {
  readonly eventBytes: number;
  queued = 0;
  isCut = false;

  constructor(eventBytes: number) {
    this.eventBytes = eventBytes;
  }

  queuedBytes(): number {
    return this.queued;
  }

  cut(): void {
    this.isCut = true;
  }

  /** So much waits now, and the backlog is told. */
  lag(backlog: Backlog, bytes: number): void {
    this.queued = bytes;
    backlog.note(this, bytes);
  }
}

test("who keeps up isn't counted, and who caught up is forgotten", () => {
  const backlog = new Backlog(MIB);
  const quick = new Watcher(4096);
  quick.lag(backlog, 1000);
  assert.equal(backlog.total, 0);
  quick.lag(backlog, MIB);
  assert.ok(backlog.total > 0);
  quick.lag(backlog, 0);
  assert.equal(backlog.total, 0);
});

test("the slowest is cut when all together hold too much, and many small events weigh more than a few large ones", () => {
  const backlog = new Backlog(5 * MIB);
  const [small, large, other] = [new Watcher(512), new Watcher(100_000), new Watcher(4096)];
  large.lag(backlog, 4 * MIB);
  small.lag(backlog, 3 * MIB);
  other.lag(backlog, 4 * MIB);
  assert.deepEqual([small.isCut, large.isCut, other.isCut], [false, false, false]);
  other.lag(backlog, 8 * MIB);
  assert.deepEqual([small.isCut, large.isCut, other.isCut], [false, false, true]);
  large.lag(backlog, 12 * MIB);
  assert.deepEqual([small.isCut, large.isCut], [false, true]);
  assert.ok(backlog.total <= 5 * MIB);
  backlog.forget(small);
  assert.ok(Math.abs(backlog.total) < 1);
});

test("who was slow and has caught up meanwhile is not cut for it", () => {
  const backlog = new Backlog(2 * MIB);
  const [burst, next] = [new Watcher(4096), new Watcher(4096)];
  burst.lag(backlog, 6 * MIB);
  burst.queued = 0; // Nothing more happened that it would have been told of.
  next.lag(backlog, 5 * MIB);
  assert.deepEqual([burst.isCut, next.isCut], [false, false]);
});
