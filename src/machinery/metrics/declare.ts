/** Families of metrics as plain values: a part of a program says in one table what it counts, and has it made in a registry. */

import type { Family, MetricOptions, MetricRegistry, MetricType, Stability } from "./registry.ts";
import type { Distribution, Value } from "./series.ts";

export interface Declared<T extends Value | Distribution> {
  readonly name: string;
  readonly type: MetricType;
  readonly stability: Stability | undefined;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets: readonly number[];
  readonly across: MetricOptions["across"];
  /** Only in the type. */
  readonly series?: T;
}

/** @param stability what Kubernetes promises of it; none for metrics that Kubernetes doesn't have */
type Declare = (name: string, stability: Stability | undefined, help: string, labels?: readonly string[], across?: MetricOptions["across"]) => Declared<Value>;

export const counter: Declare = (name, stability, help, labels = [], across = undefined) => ({
  ...{ name, type: "counter", stability, help, labels, across },
  buckets: [],
});
export const gauge: Declare = (name, stability, help, labels = [], across = undefined) => ({
  ...{ name, type: "gauge", stability, help, labels, across },
  buckets: [],
});

/** @param buckets the upper edges */
export function histogram(
  name: string,
  stability: Stability | undefined,
  help: string,
  buckets: readonly number[],
  labels: readonly string[] = [],
): Declared<Distribution> {
  return { name, type: "histogram", stability, help, labels, buckets, across: undefined };
}

type Table = Readonly<Record<string, Declared<Value> | Declared<Distribution>>>;

/** The families that a table declares, by the names that it has for them. */
export type Families<T extends Table> = { readonly [K in keyof T]: T[K] extends Declared<Value> ? Family<Value> : Family<Distribution> };

/** @param prefix begins the name of each */
export function families<T extends Table>(registry: MetricRegistry, table: T, prefix = ""): Families<T> {
  const made = Object.entries(table).map(([key, { type, buckets, name, stability, help, labels, across }]) => {
    const options = { name: prefix + name, help, labels, ...(stability && { stability }), ...(across && { across }) };
    return [key, type === "histogram" ? registry.histogram({ ...options, buckets }) : registry[type](options)];
  });
  return Object.fromEntries(made); // The type of each follows from its declaration's.
}
