/** What priority and fairness costs a request that needn't wait, by hand: `node test/bench/flow.ts`. */

import { FlowControl } from "../../src/apiserver/flow/flow-control.ts";
import { mandatorySchemas } from "../../src/apiserver/flow/mandatory.ts";
import type { Ticket } from "../../src/apiserver/flow/ticket.ts";
import { attributesOf } from "../../src/apiserver/request-line/attributes.ts";
import { parseTarget } from "../../src/apiserver/request-line/target.ts";
import { systemClock } from "../../src/machinery/clock.ts";
import { MetricRegistry } from "../../src/machinery/metrics/registry.ts";
import { heading, time } from "./time.ts";

const [rule] = mandatorySchemas.exempt.spec.rules!;
const narrow = { ...rule!.resourceRules![0]!, namespaces: ["production"] };
let soon: () => void = () => {};
const flow = new FlowControl({
  clock: systemClock,
  registry: new MetricRegistry(),
  seats: 600,
  soon(callback) {
    soon = callback;
  },
  sizes: () => undefined,
});
flow.configure(
  ["a", "b", "c", "d", "e", "f", "g", "h", "ops"].map((group, i) => ({
    metadata: { name: group },
    spec: {
      matchingPrecedence: 10 + i,
      priorityLevelConfiguration: { name: "level" },
      distinguisherMethod: { type: "ByUser" },
      rules: [{ ...rule, subjects: [{ kind: "Group", group: { name: group } }], resourceRules: [narrow] }],
    },
  })),
  [
    {
      metadata: { name: "level" },
      spec: {
        type: "Limited",
        limited: { nominalConcurrencyShares: 100, limitResponse: { type: "Queue", queuing: { queues: 128, handSize: 6, queueLengthLimit: 50 } } },
      },
    },
  ],
);

heading("Priority and fairness, where nobody waits");
const { signal } = new AbortController();
const target = parseTarget("/api/v1/namespaces/production/pods/web-5d4f8c7b9-x7k2p");
const attributes = attributesOf("GET", target);
for (const group of ["system:masters", "ops"]) {
  const asking = { user: { name: "ann", groups: [group], extra: Object.create(null), via: "x509" }, attributes, query: target.query, signal };
  time(`take a turn and give it back, ${group}`, () => {
    flow.giveBack(flow.take(asking, 15_000) as Ticket);
    soon();
  });
}
flow.close();
