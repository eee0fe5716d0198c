/** Flow schemas and priority levels: what is filled in, and what can't be. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowSchema as FlowSchemaType, PriorityLevelConfiguration as LevelType, Subject } from "../tables/flowcontrol-v1.ts";
import { FlowSchema } from "./flow-schema.ts";
import { PriorityLevelConfiguration } from "./priority-level.ts";

const context = { now: 0 };
const fieldsOf = (errors: readonly { field: string }[] | undefined) => errors?.map(({ field }) => field);

function level(queues: number, handSize: number): LevelType {
  const queuing = { queues, handSize, queueLengthLimit: 0 };
  return { metadata: { name: "l" }, spec: { type: "Limited", limited: { limitResponse: { type: "Queue", queuing } } } };
}

test("a level has 64 queues of 50, and a flow uses eight of them", () => {
  const one = level(0, 0);
  PriorityLevelConfiguration.rules.defaults?.(one);
  assert.deepEqual(one.spec.limited?.limitResponse?.queuing, { queues: 64, handSize: 8, queueLengthLimit: 50 });
  assert.deepEqual(fieldsOf(PriorityLevelConfiguration.rules.validate?.(one, context)), []);
});

test("a hand is no larger than the deck, nor than a hash can deal", () => {
  for (const one of [level(4, 5), level(1000, 20)]) {
    PriorityLevelConfiguration.rules.defaults?.(one);
    assert.deepEqual(fieldsOf(PriorityLevelConfiguration.rules.validate?.(one, context)), ["spec.limited.limitResponse.queuing.handSize"]);
  }
});

test("a schema's subjects are what they say they are", () => {
  const schema = (subject: Subject): FlowSchemaType => ({
    metadata: { name: "f" },
    spec: {
      priorityLevelConfiguration: { name: "l" },
      matchingPrecedence: 500,
      rules: [{ subjects: [subject], nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz/*"] }] }],
    },
  });
  assert.deepEqual(fieldsOf(FlowSchema.rules.validate?.(schema({ kind: "User", user: { name: "u" } }), context)), []);
  assert.deepEqual(fieldsOf(FlowSchema.rules.validate?.(schema({ kind: "User", group: { name: "g" } }), context)), [
    "spec.rules[0].subjects[0].user",
    "spec.rules[0].subjects[0].group",
  ]);
});
