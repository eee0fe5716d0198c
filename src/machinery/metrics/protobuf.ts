/** Metrics in Prometheus' protobuf form (io.prometheus.client.MetricFamily): each family with its length in front. */

import { BackwardWriter, BYTES, FIXED64, fieldKey, VARINT } from "../protobuf/writer.ts";
import { type Count, type FamilyCount, helpOf, type MetricType } from "./registry.ts";

/** Numbers of `MetricType`, and of the member of a Metric that holds a value of it. */
const TYPE = { counter: 0, gauge: 1, histogram: 4 } as const;
const MEMBER = { counter: 3, gauge: 2, histogram: 7 } as const;

/** @returns the families, one after the other */
export function delimitedFamilies(families: readonly FamilyCount[]): Buffer {
  const writer = new BackwardWriter();
  for (const { options, type, series } of families.toSorted((a, b) => (a.options.name < b.options.name ? 1 : -1))) {
    const seen = series.filter(([, one]) => typeof one === "number" || one.count > 0);
    if (seen.length === 0) continue;
    const end = writer.length;
    for (const [labels, one] of seen.toReversed()) message(writer, 4, () => metric(writer, type, labels, one));
    writer.varint(TYPE[type]);
    writer.varint(fieldKey(3, VARINT));
    text(writer, 2, helpOf(options));
    text(writer, 1, options.name);
    writer.varint(writer.length - end);
  }
  return writer.take();
}

/** As the text has it: a name, and a value in quotation marks. */
const LABEL = /([^=,]+)="((?:[^"\\]|\\.)*)"/g;

/** @param labels as the text has them */
function metric(writer: BackwardWriter, type: MetricType, labels: string, value: Count): void {
  message(writer, MEMBER[type], () => (typeof value === "number" ? double(writer, 1, value) : distribution(writer, value)));
  for (const [, name = "", quoted = ""] of [...labels.matchAll(LABEL)].toReversed()) {
    message(writer, 1, () => {
      text(
        writer,
        2,
        quoted.replace(/\\(.)/g, (_, one) => (one === "n" ? "\n" : one)),
      );
      text(writer, 1, name);
    });
  }
}

/** What lies above the last edge is the difference to the whole count. */
function distribution(writer: BackwardWriter, { edges, counts, sum, count }: Exclude<Count, number>): void {
  let below = counts.slice(0, edges.length).reduce((all, one) => all + one, 0);
  for (let i = edges.length - 1; i >= 0; i--) {
    const upTo = below;
    message(writer, 3, () => {
      double(writer, 2, edges[i]!);
      writer.varint(upTo);
      writer.varint(fieldKey(1, VARINT));
    });
    below -= counts[i]!;
  }
  double(writer, 2, sum);
  writer.varint(count);
  writer.varint(fieldKey(1, VARINT));
}

function message(writer: BackwardWriter, tag: number, write: () => void): void {
  const mark = writer.length;
  write();
  writer.prefix(mark, fieldKey(tag, BYTES));
}

function text(writer: BackwardWriter, tag: number, value: string): void {
  const mark = writer.length;
  writer.text(value);
  writer.prefix(mark, fieldKey(tag, BYTES));
}

function double(writer: BackwardWriter, tag: number, value: number): void {
  writer.double(value);
  writer.varint(fieldKey(tag, FIXED64));
}
