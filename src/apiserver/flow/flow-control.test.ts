/** Priority and fairness as a whole, under a clock that is moved by hand. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { HandClock } from "../../../test/support/hand-clock.ts";
import type { FlowSchema, PriorityLevelConfiguration } from "../../api/tables/flowcontrol-v1.ts";
import { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { User } from "../../security/user.ts";
import { attributesOf } from "../request-line/attributes.ts";
import { parseTarget } from "../request-line/target.ts";
import { FlowControl, TooManyRequestsError } from "./flow-control.ts";
import { mandatorySchemas } from "./mandatory.ts";
import type { Ticket } from "./ticket.ts";

const user = (name: string, ...groups: string[]): User => ({ name, groups: [...groups, "system:authenticated"], extra: Object.create(null), via: "test" });

function level(name: string, shares: number, queues: number, rest: object = {}): PriorityLevelConfiguration {
  const queuing = { queues, handSize: Math.min(queues, 2), queueLengthLimit: 3 };
  return {
    metadata: { name, uid: `uid-${name}` },
    spec: { type: "Limited", limited: { nominalConcurrencyShares: shares, limitResponse: { type: "Queue", queuing }, ...rest } },
  };
}

function schema(name: string, precedence: number, levelName: string, group: string, method?: string): FlowSchema {
  const [rule] = mandatorySchemas.exempt.spec.rules!;
  return {
    metadata: { name, uid: `uid-${name}` },
    spec: {
      matchingPrecedence: precedence,
      priorityLevelConfiguration: { name: levelName },
      ...(method && { distinguisherMethod: { type: method } }),
      rules: [{ ...rule, subjects: [{ kind: "Group", group: { name: group } }] }],
    },
  };
}

interface Bench {
  readonly clock: HandClock;
  readonly flow: FlowControl;
  readonly registry: MetricRegistry;
  /** Runs what waits for the next look at the sockets. */
  turn(): void;
  ask(who: User, target?: string, options?: { method?: string; waitMs?: number; signal?: AbortSignal }): Ticket | Promise<Ticket>;
}

function bench(seats: number, sizes = { objects: 0, averageBytes: 0 }): Bench {
  const clock = new HandClock();
  const registry = new MetricRegistry();
  let soon: (() => void)[] = [];
  const flow = new FlowControl({ clock, registry, seats, soon: (callback) => void soon.push(callback), sizes: () => sizes });
  return {
    clock,
    flow,
    registry,
    turn() {
      const now = soon;
      soon = [];
      for (const callback of now) callback();
    },
    ask(who, target = "/api/v1/namespaces/x/pods/web", { method = "GET", waitMs = 15_000, signal = new AbortController().signal } = {}) {
      const parsed = parseTarget(target);
      return flow.take({ user: who, attributes: attributesOf(method, parsed), query: parsed.query, signal }, waitMs);
    },
  };
}

const isTicket = (one: Ticket | Promise<Ticket>): one is Ticket => !(one instanceof Promise);

test("without any object the mandatory levels stand: masters are exempt, all others share what there is and are refused beyond it", () => {
  const { flow, ask } = bench(3);
  const tickets = [1, 2, 3].map(() => ask(user("ann")));
  assert.ok(tickets.every(isTicket));
  assert.throws(
    () => ask(user("bob")),
    (error) => error instanceof TooManyRequestsError && error.ticket.flow.schema === "catch-all" && error.retryAfterSeconds === 1,
  );
  const master = ask(user("root", "system:masters")) as Ticket;
  assert.equal(master.flow.schema, "exempt");
  flow.giveBack(tickets[0] as Ticket);
  flow.giveBack(tickets[0] as Ticket); // Twice does no harm.
  assert.ok(isTicket(ask(user("bob"))));
  assert.throws(() => ask(user("bob")));
});

test("schemas are asked by precedence, then by name, and those without a level are passed over", () => {
  const { flow, ask } = bench(100);
  const schemas = [schema("z", 5, "l", "ops"), schema("a", 5, "l", "ops"), schema("first", 2, "gone", "ops"), schema("late", 9, "l", "dev")];
  flow.configure(schemas, [level("l", 10, 4)]);
  assert.equal((ask(user("ann", "ops")) as Ticket).flow.schema, "a");
  assert.equal((ask(user("ann", "dev")) as Ticket).flow.schema, "late");
  const other = (ask(user("ann")) as Ticket).flow;
  assert.deepEqual([other.schema, other.level.name], ["catch-all", "catch-all"]);
});

test("seats are divided by shares", () => {
  const { flow } = bench(600);
  flow.configure([], [level("a", 30, 4, { lendablePercent: 50 }), level("b", 60, 4, { borrowingLimitPercent: 10 })]);
  const byName = new Map([...flow.levels].map((one) => [one.name, one]));
  assert.deepEqual(
    ["a", "b", "catch-all", "exempt"].map((name) => [byName.get(name)!.nominal, byName.get(name)!.lower, byName.get(name)!.upper]),
    [
      [190, 95, 790],
      [379, 379, 417],
      [32, 32, 632],
      [0, 0, 600],
    ],
  );
});

test("a request waits for a seat and takes it when one is free; what fills a flow's queues is refused", async () => {
  const { flow, ask } = bench(2);
  flow.configure([schema("s", 5, "l", "ops")], [level("l", 1000, 1)]); // Two seats but for catch-all's one.
  const ann = user("ann", "ops");
  const running = [ask(ann), ask(ann)] as Ticket[];
  const waiting = [1, 2, 3].map(() => ask(ann));
  assert.ok(waiting.every((one) => !isTicket(one)));
  assert.throws(() => ask(ann), /queue-full/);
  for (const one of running) flow.giveBack(one);
  const [first, second] = await Promise.all(waiting.slice(0, 2));
  flow.giveBack(first!);
  flow.giveBack(second!);
  await waiting[2];
});

test("one flow's flood leaves the others their turn", async () => {
  const { clock, flow, ask } = bench(1);
  flow.configure([schema("s", 5, "l", "ops", "ByUser")], [level("l", 1000, 64)]);
  const flood = user("flood", "ops");
  const quiet = user("quiet", "ops");
  let last = ask(flood) as Ticket;
  const served: string[] = [];
  const wait = (who: User): void => {
    void (ask(who) as Promise<Ticket>).then((ticket) => {
      served.push(ticket.user);
      last = ticket;
    });
  };
  for (let i = 0; i < 6; i++) wait(flood);
  wait(quiet);
  for (let i = 0; i < 7; i++) {
    clock.pass(10);
    flow.giveBack(last);
    await new Promise(setImmediate);
  }
  assert.equal(served.length, 7);
  assert.ok(served.indexOf("quiet") <= 2, `served in the order ${served}`);
});

test("who waits too long, or goes away, leaves the queue", async () => {
  const { clock, flow, ask, registry } = bench(1);
  flow.configure([schema("s", 5, "l", "ops")], [level("l", 1000, 1)]);
  const ann = user("ann", "ops");
  const running = ask(ann) as Ticket;
  const gone = new AbortController();
  const late = ask(ann, undefined, { waitMs: 500 }) as Promise<Ticket>;
  const leaver = ask(ann, undefined, { signal: gone.signal }) as Promise<Ticket>;
  gone.abort();
  clock.pass(100);
  await assert.rejects(leaver, /cancelled/);
  clock.pass(500);
  await assert.rejects(late, /time-out/);
  assert.equal(running.flow.level.set.waiting, 0);
  assert.match(registry.render(), /rejected_requests_total\{priority_level="l",flow_schema="s",reason="time-out"\} 1/);
});

test("who waits when the server ends is refused", async () => {
  const { flow, ask } = bench(1);
  flow.configure([schema("s", 5, "l", "ops")], [level("l", 1000, 1)]);
  const ann = user("ann", "ops");
  ask(ann);
  const waiting = ask(ann) as Promise<Ticket>;
  flow.close();
  await assert.rejects(waiting, /cancelled/);
});

test("wide lists and writes with many watchers take more seats, and writes for longer", () => {
  const { clock, flow, ask } = bench(600, { objects: 1000, averageBytes: 1000 });
  flow.configure([schema("s", 5, "l", "ops")], [level("l", 1000, 64)]);
  const ann = user("ann", "ops");
  const seatsOf = (target: string, method = "GET"): number => (ask(ann, target, { method }) as Ticket).seats;
  assert.equal(seatsOf("/api/v1/pods"), 10);
  assert.equal(seatsOf("/api/v1/pods?limit=150"), 2);
  assert.equal(seatsOf("/api/v1/namespaces/x/pods?fieldSelector=metadata.name%3Dweb"), 1);
  assert.equal(seatsOf("/api/v1/pods?watch=1"), 10);
  assert.equal(seatsOf("/api/v1/pods?watch=1&resourceVersion=7"), 1);
  const pods = attributesOf("GET", parseTarget("/api/v1/pods?watch=1"));
  for (let i = 0; i < 200; i++) flow.watches.add(pods, null);
  flow.watches.add(pods, "spec.nodeName=a")(); // A node's own pods: few writes concern it.
  const write = ask(ann, "/api/v1/namespaces/x/pods", { method: "POST" }) as Ticket;
  assert.deepEqual(write.work, { initialSeats: 1, finalSeats: 10, additionalMs: 10 });
  const { set } = write.flow.level;
  const before = set.seatsInUse;
  flow.giveBack(write);
  assert.equal(set.seatsInUse, before);
  clock.pass(10);
  assert.equal(set.seatsInUse, before - 10);
});

test("a level that is idle lends its seats to one that is not", () => {
  const { clock, flow, ask } = bench(100);
  flow.configure([schema("s", 5, "busy", "ops")], [level("busy", 50, 64), level("idle", 50, 64, { lendablePercent: 90 })]);
  const ann = user("ann", "ops");
  const busy = [...flow.levels].find(({ name }) => name === "busy")!;
  for (let i = 0; i < 60; i++) void Promise.resolve(ask(ann)).catch(() => {});
  for (let period = 0; period < 3; period++) clock.pass(10_000);
  assert.ok(busy.set.limit > busy.nominal, `${busy.set.limit} of ${busy.nominal}`);
  const idle = [...flow.levels].find(({ name }) => name === "idle")!;
  assert.ok(idle.set.limit < idle.nominal && idle.set.limit >= idle.lower, `${idle.set.limit} of ${idle.nominal}`);
});

test("what is configured anew goes on where it was; a level that is gone stays until it is idle", async () => {
  const { clock, flow, ask } = bench(10);
  flow.configure([schema("s", 5, "l", "ops")], [level("l", 1000, 8)]);
  const ann = user("ann", "ops");
  const ticket = ask(ann) as Ticket;
  flow.configure([schema("s", 5, "l", "ops")], [level("l", 1000, 2)]);
  assert.equal(
    [...flow.levels].find(({ name }) => name === "l"),
    ticket.flow.level,
  );
  flow.configure([schema("s", 5, "l", "ops")], []);
  assert.equal((ask(ann) as Ticket).flow.schema, "catch-all", "its schema leads nowhere");
  assert.ok([...flow.levels].some(({ name, quiescing }) => name === "l" && quiescing));
  flow.giveBack(ticket);
  clock.pass(10_000);
  assert.ok(![...flow.levels].some(({ name }) => name === "l"));
});

test("requests that fill a turn of the event loop make those behind them wait in their queues, and the next turns serve these fairly", async () => {
  const { clock, flow, ask, turn } = bench(600);
  const flood = user("flood", "ops");
  const wide: PriorityLevelConfiguration = level("l", 1000, 64);
  wide.spec.limited!.limitResponse!.queuing = { queues: 64, handSize: 4, queueLengthLimit: 50 };
  flow.configure([schema("s", 5, "l", "ops", "ByUser")], [wide]);
  flow.giveBack(ask(flood) as Ticket);
  clock.pass(9);
  const order: string[] = [];
  const wait = (who: User): void => {
    const asked = ask(who);
    assert.ok(!isTicket(asked), "the turn is full");
    void asked.then((ticket) => {
      order.push(ticket.user);
      flow.giveBack(ticket);
    });
  };
  for (let i = 0; i < 100; i++) wait(flood);
  wait(user("quiet", "ops"));
  assert.ok(isTicket(ask(user("root", "system:masters"))), "the exempt lane isn't held up");
  turn();
  await new Promise(setImmediate);
  assert.ok(order.length >= 20 && order.length <= 30, `${order.length} in one turn`);
  assert.ok(order.includes("quiet"));
  for (let i = 0; i < 10; i++) turn();
  await new Promise(setImmediate);
  assert.equal(order.length, 101);
  assert.ok(isTicket(ask(flood)));
});

test("refusals that go on double the time after which to come back; it falls again when they end", () => {
  const { clock, ask } = bench(1);
  const ann = user("ann");
  ask(ann);
  const refusedFor = (): number => {
    try {
      ask(ann);
    } catch (error) {
      return (error as TooManyRequestsError).retryAfterSeconds;
    }
    return 0;
  };
  const seen: number[] = [];
  for (let second = 0; second < 8; second++) {
    for (let i = 0; i < 20; i++) seen[second] = refusedFor();
    clock.pass(1000);
  }
  assert.deepEqual(seen, [1, 2, 2, 4, 4, 4, 4, 8]);
  for (let i = 0; i < 40; i++) {
    clock.pass(20_000);
    refusedFor();
  }
  assert.equal(refusedFor(), 1);
});
