/** The forms in which requests go out and answers are asked for, and the options that writes have. */

import { decode } from "../../../src/machinery/json/decode.ts";
import type { Plain } from "../../../src/machinery/plain.ts";
import { encodeProtobuf } from "../../../src/machinery/protobuf/envelope.ts";
import type { StructSchema } from "../../../src/machinery/schema/schema.ts";
import { encodeYaml } from "../../../src/machinery/yaml/encode.ts";
import type { Choices } from "../random-writes.ts";
import type { Asked } from "./servers.ts";
import { jsonText } from "./text.ts";

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const table = (version: string): string => `application/json;as=Table;g=meta.k8s.io;v=${version}`;
const partial = (form: string, kind = "PartialObjectMetadata"): string => `${form};as=${kind};g=meta.k8s.io;v=v1`;

const ACCEPTS: readonly string[] = [
  "application/yaml",
  PROTOBUF,
  table("v1"),
  table("v1beta1"),
  partial("application/json"),
  partial(PROTOBUF),
  partial("application/yaml"),
  partial("application/json", "PartialObjectMetadataList"),
  `${table("v1")},application/json`,
  `${PROTOBUF},application/json`,
  "*/*",
  "",
  "application/*",
  "text/html",
  "application/cbor",
  "application/json;q=0.5,application/yaml",
  "application/json;pretty=1",
  `${PROTOBUF};as=Table;g=meta.k8s.io;v=v1`,
  "application/json;as=Nothing;g=meta.k8s.io;v=v1",
  "application/json;as=Table;g=meta.k8s.io;v=v9",
  "application/json;as=Table",
  "application/json; charset=utf-8",
  "nonsense",
];

/** What the client will take: mostly JSON. */
export function anyAccept(choices: Choices, often = 6): string {
  return choices.below(often) === 0 ? choices.pick(ACCEPTS) : "application/json";
}

/** The object as a body, mostly in JSON. */
export function anyForm(choices: Choices, object: unknown, schema: StructSchema): Pick<Asked, "type" | "body"> {
  const text = jsonText(object);
  switch (choices.below(14)) {
    case 0:
      return { type: "application/yaml", body: text };
    case 1:
      return { type: "application/yaml", body: asYaml(text) };
    case 2:
      return asProtobuf(text, schema) ?? { type: "application/json", body: text };
    default:
      return { type: "application/json", body: text };
  }
}

function asYaml(text: string): string {
  try {
    return encodeYaml(JSON.parse(text));
  } catch {
    return text;
  }
}

function asProtobuf(text: string, schema: StructSchema): Pick<Asked, "type" | "body"> | undefined {
  try {
    return { type: PROTOBUF, body: encodeProtobuf(decode<Plain>(text, schema).value, schema) };
  } catch {
    return undefined; // It is no object of the schema.
  }
}

/** `?…` of a write, or nothing. */
export function writeQuery(choices: Choices, more: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(more);
  if (choices.below(2) === 0) query.set("fieldValidation", choices.pick(["Strict", "Strict", "Warn", "Ignore", choices.below(6) === 0 ? "Other" : "Warn"]));
  if (choices.below(7) === 0) query.set("dryRun", choices.below(6) === 0 ? choices.pick(["", "all", "None"]) : "All");
  if (choices.below(6) === 0 && !query.has("fieldManager"))
    query.set("fieldManager", choices.pick(["m1", "m2", "kubectl", choices.below(5) === 0 ? "x".repeat(129) : "m1", "é"]));
  if (choices.below(20) === 0) query.set("pretty", choices.pick(["true", "false", "1", "x"]));
  const text = query.toString();
  return text ? `?${text}` : "";
}
