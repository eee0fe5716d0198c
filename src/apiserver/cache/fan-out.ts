/** Who hears of a change: subscribers filed by what their selection pins, so that a change is offered only to those it may concern. */

import type { Change } from "./history.ts";
import { indexedValue } from "./indexes.ts";
import { relativeKey } from "./keys.ts";
import type { Subscription } from "./watch-cache.ts";

interface Subscriber {
  readonly subscription: Subscription;
  /** Deliveries wait here while older changes are still being read from the store. */
  held: Change[] | undefined;
  batch: Change[];
}

export class FanOut {
  /** Kinds of pin (`all`, `namespace`, `object`, `label:app`, `field:0`) to pinned value to subscribers. */
  readonly #pins = new Map<string, Map<string, Set<Subscriber>>>();
  readonly #subscribers = new Set<Subscriber>();
  /** Changes that the next turn delivers. */
  #due: Change[] = [];

  get size(): number {
    return this.#subscribers.size;
  }

  /** @param hold true while the past is still to be delivered: `release` ends it */
  add(subscription: Subscription, hold: boolean): { release(past: readonly Change[]): void; end(): void } {
    this.settle(); // The past that this one is given has what is due.
    const subscriber: Subscriber = { subscription, held: hold ? [] : undefined, batch: [] };
    const { pin, value } = pinOf(subscription);
    const values = this.#pins.get(pin) ?? new Map<string, Set<Subscriber>>();
    this.#pins.set(pin, values);
    const set = values.get(value) ?? new Set<Subscriber>();
    values.set(value, set);
    set.add(subscriber);
    this.#subscribers.add(subscriber);
    return {
      release: (past) => {
        const held = subscriber.held ?? [];
        subscriber.held = undefined;
        const changes = [...past, ...held];
        if (changes.length > 0 && this.#subscribers.has(subscriber)) subscription.deliver(changes);
      },
      end: () => {
        this.#subscribers.delete(subscriber);
        set.delete(subscriber);
        if (set.size === 0 && values.get(value) === set) values.delete(value);
        if (values.size === 0 && this.#pins.get(pin) === values) this.#pins.delete(pin);
      },
    };
  }

  /**
   * Offers changes, in order, to everyone they may concern: in the next turn of the event loop, since whoever made a change hears of it first, and goes on to
   * the next while a thousand watchers are told of this one.
   */
  publish(changes: readonly Change[]): void {
    if (this.#subscribers.size === 0) return;
    if (this.#due.length === 0) setImmediate(() => this.settle());
    for (const change of changes) this.#due.push(change);
  }

  /** Delivers at once what is due. */
  settle(): void {
    const changes = this.#due;
    if (changes.length === 0) return;
    this.#due = [];
    const touched: Subscriber[] = [];
    for (const change of changes) {
      for (const [pin, values] of this.#pins) {
        const [now, before] = valuesOf(pin, change);
        if (now !== undefined) offer(values.get(now), change, touched);
        if (before !== undefined && before !== now) offer(values.get(before), change, touched);
      }
    }
    for (const subscriber of touched) {
      const { batch } = subscriber;
      subscriber.batch = [];
      if (subscriber.held) subscriber.held.push(...batch);
      else if (this.#subscribers.has(subscriber)) subscriber.subscription.deliver(batch);
    }
  }

  /** Tells every subscriber that the cache lost its place. */
  lose(): void {
    this.settle();
    const lost = [...this.#subscribers];
    this.#subscribers.clear();
    this.#pins.clear();
    for (const { subscription } of lost) subscription.lost();
  }
}

function offer(subscribers: ReadonlySet<Subscriber> | undefined, change: Change, touched: Subscriber[]): void {
  if (!subscribers) return;
  for (const subscriber of subscribers) {
    if (change.revision <= subscriber.subscription.from) continue;
    if (subscriber.batch.length === 0) touched.push(subscriber);
    subscriber.batch.push(change);
  }
}

function pinOf({ selection }: Subscription): { pin: string; value: string } {
  if (selection.name !== undefined && selection.namespace !== undefined) return { pin: "object", value: relativeKey(selection.namespace, selection.name) };
  if (selection.index) return { pin: selection.index.by, value: selection.index.value };
  if (selection.namespace !== undefined) return { pin: "namespace", value: selection.namespace };
  return { pin: "all", value: "" };
}

/** What a change has under a pin: now and before. */
function valuesOf(pin: string, change: Change): readonly [string | undefined, string | undefined] {
  switch (pin) {
    case "all":
      return ["", undefined];
    case "namespace":
      return [change.namespace, undefined];
    case "object":
      return [relativeKey(change.namespace, change.name), undefined];
    default:
      return [change.object && indexedValue(pin, change.object), change.previous && indexedValue(pin, change.previous)];
  }
}
