/** The two faces of an event hold the same facts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../tables/events-v1.ts";
import { fromCore, toCore } from "./convert.ts";

const event: Event = {
  metadata: { name: "e", namespace: "n" },
  eventTime: "2026-11-24T12:00:00.000000Z",
  series: { count: 2, lastObservedTime: "2026-11-24T12:00:01.000000Z" },
  reportingController: "a.io/c",
  reportingInstance: "i",
  action: "Do",
  reason: "Because",
  regarding: { kind: "Pod", name: "p" },
  note: "It happened.",
  type: "Normal",
  deprecatedSource: { component: "c" },
  deprecatedCount: 1,
};

test("an event that was stored and read is what it was", () => {
  assert.deepEqual(fromCore(toCore(event)), event);
});

test("the stored form has the older names", () => {
  const { involvedObject, message, reportingComponent, source, count } = toCore(event);
  assert.deepEqual([involvedObject.name, message, reportingComponent, source?.component, count], ["p", "It happened.", "a.io/c", "c", 1]);
});
