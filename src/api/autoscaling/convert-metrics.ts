/**
 * Metrics as autoscaling/v1 writes them in annotations, and as v2 has them: for each source, which member of the one is which of the other. Both directions
 * follow from that. [Kubernetes pkg/apis/autoscaling/v1/conversion.go]
 */

import { isObject, own, type Plain, put } from "../../machinery/plain.ts";
import { parseQuantity } from "../../machinery/quantity/quantity.ts";
import type * as v1 from "../tables/autoscaling-v1.ts";
import type * as v2 from "../tables/autoscaling-v2.ts";

const ZERO = "0";

interface Pair {
  /** The member's name in v1, and the names on the way to it in v2. */
  readonly v1: string;
  readonly v2: readonly string[];
  /** The older form can't leave it out. */
  readonly always?: true;
}

const pair = (name: string, path: string, always?: true): Pair => ({ v1: name, v2: path.split("."), ...(always && { always }) });
const NAME = pair("metricName", "metric.name");
const SELECTOR = pair("selector", "metric.selector");

/** Each source's members; `at` is `target` in a spec and `current` in a status, `of` begins the names of numbers in v1. */
function pairsOf(at: "target" | "current", of: "target" | "current"): Readonly<Record<string, readonly Pair[]>> {
  const status = of === "current" ? true : undefined;
  const resource = [pair("name", "name"), pair(`${of}AverageUtilization`, `${at}.averageUtilization`), pair(`${of}AverageValue`, `${at}.averageValue`, status)];
  return {
    object: [pair("target", "describedObject"), NAME, pair(`${of}Value`, `${at}.value`, true), SELECTOR, pair("averageValue", `${at}.averageValue`)],
    pods: [NAME, pair(`${of}AverageValue`, `${at}.averageValue`, true), SELECTOR],
    resource,
    containerResource: [...resource, pair("container", "container")],
    external: [NAME, pair("metricSelector", "metric.selector"), pair(`${of}Value`, `${at}.value`, status), pair(`${of}AverageValue`, `${at}.averageValue`)],
  };
}

const SPEC = pairsOf("target", "target");
const STATUS = pairsOf("current", "current");

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inside, name) => (isObject(inside) ? own(inside, name) : undefined), value);
}

function toV1(metric: v2.MetricSpec | v2.MetricStatus, sources: typeof SPEC): Plain {
  const older: Plain = { type: metric.type };
  for (const [name, pairs] of Object.entries(sources)) {
    const source = own(metric as unknown as Plain, name); // Sources are found by their names.
    if (source === undefined) continue;
    const made: Plain = {};
    for (const one of pairs) {
      const value = at(source, one.v2) ?? (one.always && ZERO);
      if (value !== undefined) made[one.v1] = value;
    }
    older[name] = made;
  }
  return older;
}

function fromV1(metric: v1.MetricSpec | v1.MetricStatus, sources: typeof SPEC, part: "target" | "current"): Plain {
  const newer: Plain = { type: metric.type };
  for (const [name, pairs] of Object.entries(sources)) {
    const source = own(metric as unknown as Plain, name); // As above.
    if (!isObject(source)) continue;
    const made: Plain = { [part]: {} };
    for (const one of pairs) {
      const value = own(source, one.v1);
      if (value === undefined) continue;
      let inside = made;
      for (const step of one.v2.slice(0, -1)) {
        if (!isObject(inside[step])) put(inside, step, {});
        inside = inside[step] as Plain; // Made just now.
      }
      put(inside, one.v2.at(-1)!, value);
    }
    newer[name] = made;
  }
  return newer;
}

export function specToV1(metric: v2.MetricSpec): v1.MetricSpec {
  return toV1(metric, SPEC) as unknown as v1.MetricSpec; // What the pairs say.
}

/** What v1 doesn't say in words, the sort of the target, follows from which of its numbers is there. */
export function specFromV1(metric: v1.MetricSpec): v2.MetricSpec {
  const newer = fromV1(metric, SPEC, "target") as unknown as v2.MetricSpec; // As above.
  const { object, pods, resource, containerResource, external } = newer;
  if (object) object.target = objectTarget(object.target);
  if (pods) pods.target = { ...pods.target, type: "AverageValue" };
  for (const one of [resource, containerResource]) {
    if (one) one.target = { ...one.target, type: one.target.averageUtilization === undefined ? "AverageValue" : "Utilization" };
  }
  if (external) external.target = { ...external.target, type: external.target.value === undefined ? "AverageValue" : "Value" };
  return newer;
}

/** The older form can't leave the value out: a zero beside an average is none. */
function objectTarget({ averageValue, value = ZERO }: Partial<v2.MetricTarget>): v2.MetricTarget {
  if (averageValue === undefined) return { type: "Value", value };
  return { type: "AverageValue", averageValue, ...(parseQuantity(value).unscaled !== 0n && { value }) };
}

export function statusToV1(metric: v2.MetricStatus): v1.MetricStatus {
  return toV1(metric, STATUS) as unknown as v1.MetricStatus; // What the pairs say.
}

export function statusFromV1(metric: v1.MetricStatus): v2.MetricStatus {
  return fromV1(metric, STATUS, "current") as unknown as v2.MetricStatus; // As above.
}
