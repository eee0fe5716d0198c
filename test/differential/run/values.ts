/** Values for a field by its type and name: plausible ones, ones at a boundary, and wrong ones. */

import type { Field, Scalar, Schema } from "../../../src/machinery/schema/schema.ts";
import type { FieldTable } from "../../../src/machinery/schema/table.ts";
import type { Choices } from "../random-writes.ts";
import { Literal } from "./text.ts";

const long = (count: number): string => "x".repeat(count);

const STRINGS: readonly unknown[] = [
  "",
  "a",
  "ab-c",
  "a.b",
  "A_B",
  "-a",
  "a-",
  "a b",
  " a",
  "a/b",
  "a/b/c",
  "a.b/c",
  "/a",
  "/",
  "..",
  "../a",
  "a/../b",
  "é",
  "日本",
  "💥",
  "a\nb",
  "a\tb",
  "\u0000",
  "\ufeffa",
  "1",
  "0",
  "-1",
  "8080",
  "true",
  "null",
  "*",
  "*.example.com",
  "a:b",
  "a=b",
  "http",
  "TCP",
  "tcp",
  "None",
  "Always",
  "1.2.3.4",
  "::1",
  "fd00::1",
  "010.0.0.1",
  "::ffff:1.2.3.4",
  "127.0.0.1",
  "169.254.1.1",
  "224.0.0.1",
  "10.0.0.0/8",
  "10.0.0.1/8",
  "fd00::/64",
  "https://x.example.com/y",
  "kubernetes.io/x",
  "example.com/x",
  "x.kubernetes.io/y",
  "50%",
  "150%",
  "1Gi",
  "100m",
  "metadata.name",
  "limits.cpu",
  "spec.nodeName",
  "$(A)",
  "$$",
  "{}",
  "[",
  "<a>&",
  "\\",
  "'",
  '"',
  "a,b",
  long(63),
  long(64),
  long(253),
  long(254),
  `${long(63)}.${long(63)}`,
  `a.b/${long(64)}`,
  long(1100),
  "2025-03-04T05:06:07Z",
  "NoSchedule",
  "kubernetes",
  "Pod",
  "v1",
  "apps/v1",
  "default",
  "system:x",
  "a..b",
  "A",
  "Ab.Cd",
  "_a",
  "a_b",
];

const INTEGERS: readonly unknown[] = [0, 1, -1, 2, 3, 10, 63, 80, 99, 100, 101, 255, 256, 1000, 65535, 65536, 86400, 86401, 100000, 2147483647, -2147483648];
const WIDE: readonly unknown[] = [4294967296, new Literal("9007199254740993"), new Literal("9223372036854775807"), new Literal("-9223372036854775808")];
const ODD_NUMBERS: readonly unknown[] = [
  "1.0",
  "1.5",
  "1e3",
  "1E2",
  "-0",
  "0.0",
  "1e400",
  "2147483648",
  "-2147483649",
  "9223372036854775808",
  "1e19",
  "1.00e2",
  "-0.0",
].map((text) => new Literal(text));
const QUANTITIES: readonly unknown[] = [
  "1",
  "0",
  "-1",
  "1.5",
  "100m",
  "0.5m",
  "1Gi",
  "1.5Gi",
  "3M",
  "1e3",
  "1E",
  "1E3",
  "5k",
  "5K",
  "1Ki",
  "",
  "abc",
  "1Ki ",
  "+1",
  ".5",
  "5.",
  "1e-10",
  "0.0000000001",
  "1n",
  "1u",
  "9223372036854775807",
  "9223372036854775808",
  "1Ei",
  "100Ei",
  "1e30",
  "-100m",
  "0m",
  "00",
  "1_000",
  "1i",
  1,
  0,
  -1,
  1.5,
  new Literal("1e3"),
  new Literal("0.1"),
  new Literal("1.0"),
];
const TIMES: readonly unknown[] = [
  "2025-03-04T05:06:07Z",
  "2025-03-04T05:06:07.123456Z",
  "2025-03-04T05:06:07+02:00",
  "2025-03-04",
  "",
  "x",
  "2025-13-04T05:06:07Z",
  "0001-01-01T00:00:00Z",
  "2025-03-04t05:06:07z",
  "2025-03-04T05:06:07.1Z",
  "2025-03-04T05:06:07.123456789Z",
  "9999-12-31T23:59:59Z",
  "1969-12-31T23:59:59Z",
  "2025-03-04T05:06:60Z",
  null,
];

const SCALARS: Readonly<Record<Scalar, readonly unknown[]>> = {
  string: STRINGS,
  bool: [true, false],
  int32: INTEGERS,
  int64: [...INTEGERS, ...WIDE],
  float64: [0, 1, 1.5, -1, new Literal("1e3")],
  bytes: ["", "YQ==", "YWI=", "YWJj", "YQ", "a", "a b", "-_==", "YQ==\n", "!!", "YR=="],
  quantity: QUANTITIES,
  intOrString: [...INTEGERS, "", "a", "50%", "150%", "-1%", "0%", "1", "1.5%", "%", "a-b", "http-web", "UPPER", long(16)],
  time: TIMES,
  microTime: TIMES,
  duration: ["1s", "1m0s", "", "x", "-1s"],
  raw: [{ a: 1 }, {}, [], "x", 1, null, true, { apiVersion: "v1", kind: "X" }, new Literal("1.0"), { b: { a: [1, null, new Literal("1e2")] } }],
  fieldsV1: [{ "f:a": {} }, {}],
};

const KEYS: readonly string[] = [
  "a",
  "b",
  "",
  "a.b/c",
  "a/b/c",
  "A_b",
  "-a",
  "a b",
  "é",
  "kubernetes.io/x",
  "app.kubernetes.io/name",
  long(63),
  long(64),
  "a.b.c",
  "..",
  "cpu",
  "memory",
  "storage",
  "ephemeral-storage",
  "hugepages-2Mi",
  "example.com/gpu",
  "requests.cpu",
  "limits.memory",
  "count/pods",
  "pods",
  "services.nodeports",
];

/** For words in the names of fields: what would do. */
const LIKELY: readonly (readonly [RegExp, readonly unknown[]])[] = [
  [/IPs?$|^ip$|address/i, ["1.2.3.4", "10.0.0.7", "fd00::7", "127.0.0.1"]],
  [/cidr/i, ["10.3.0.0/24", "fd00:3::/64"]],
  [/path/i, ["/a", "a/b", "/"]],
  [/apiVersion/, ["v1", "apps/v1", "example.com/v1"]],
  [/apiGroup|^group$/i, ["", "apps", "example.com"]],
  [/^kind$/, ["Pod", "Node", "Thing"]],
  [/protocol/i, ["TCP", "UDP", "SCTP"]],
  [/operator/i, ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Equal"]],
  [/effect/i, ["NoSchedule", "NoExecute", "PreferNoSchedule"]],
  [/key$/i, ["a", "example.com/x"]],
  [/url|uri/i, ["https://x.example.com/y", "http://x"]],
  [/fieldPath/, ["metadata.name", "metadata.labels['a']", "status.podIP", "spec.x"]],
  [/resource$/, ["limits.cpu", "requests.memory", "pods"]],
  [/status$/, ["True", "False", "Unknown"]],
  [/policy$/i, ["Always", "Never", "IfNotPresent", "OnFailure", "Retain", "Delete"]],
];

/** A value of the type that may do. @param depth how deep structs and lists may still go */
export function plausible(choices: Choices, schema: Schema, table: Pick<FieldTable, "enum" | "name"> | undefined, depth = 3): unknown {
  switch (schema.type) {
    case "scalar": {
      if (table?.enum && choices.below(8) > 0) return choices.pick(table.enum);
      if (schema.scalar !== "string") return choices.pick(SCALARS[schema.scalar].slice(0, 8));
      const likely = LIKELY.find(([name]) => name.test(table?.name ?? ""))?.[1];
      return likely && choices.below(4) > 0 ? choices.pick(likely) : choices.pick(["a", "b", "ab-c", "x.example.com", "example.com/x"]);
    }
    case "list":
      return Array.from({ length: depth > 0 ? 1 + choices.below(2) : 0 }, () => plausible(choices, schema.items, table, depth - 1));
    case "map":
      return Object.fromEntries(
        Array.from({ length: 1 + choices.below(2) }, () => [choices.pick(KEYS.slice(0, 2)), plausible(choices, schema.values, undefined, depth - 1)]),
      );
    case "struct":
      return Object.fromEntries(
        schema.fields
          .filter((field) => wanted(choices, field, depth))
          .map((field) => [field.name, plausible(choices, field.schema, field.table, depth - 1)] as const),
      );
  }
}

function wanted(choices: Choices, field: Field, depth: number): boolean {
  if (depth <= 0 && field.schema.type !== "scalar") return false;
  return field.table.required ? choices.below(12) > 0 : choices.below(4) === 0;
}

/** Any value for a field: mostly of its type, at a boundary or bad; sometimes of another. */
export function anything(choices: Choices, schema: Schema, table: FieldTable | undefined): unknown {
  const way = choices.below(20);
  if (way === 0) return null;
  if (way === 1) return choices.pick([1, "x", true, [], {}, [1], { a: 1 }, new Literal("1.5"), "", ...ODD_NUMBERS]);
  if (way < 7) return plausible(choices, schema, table);
  switch (schema.type) {
    case "scalar":
      if (table?.enum && choices.below(2) === 0) return choices.pick([...table.enum, "", "X", String(table.enum[0]).toLowerCase()]);
      if ((schema.scalar === "int32" || schema.scalar === "int64") && choices.below(6) === 0) return choices.pick(ODD_NUMBERS);
      return choices.pick(SCALARS[schema.scalar]);
    case "list": {
      const one = anything(choices, schema.items, table);
      return choices.pick([[], [one], [one, one], [one, anything(choices, schema.items, table)], [null], [one, null]]);
    }
    case "map":
      return choices.below(5) === 0
        ? {}
        : { [choices.pick(KEYS)]: anything(choices, schema.values, undefined), [choices.pick(KEYS)]: plausible(choices, schema.values, undefined) };
    case "struct":
      return choices.pick([{}, plausible(choices, schema, table), plausible(choices, schema, table, 2)]);
  }
}

export const anyKey = (choices: Choices): string => choices.pick(KEYS);
