/** Answers with all that two servers can't share taken out: UIDs, versions, times of today, generated names and what was allocated. */

import { schema } from "../../../src/api/schemas.ts";
import { parseJson } from "../../../src/machinery/json/document.ts";
import { isObject, type Plain } from "../../../src/machinery/plain.ts";
import { decodeProtobuf, openEnvelope } from "../../../src/machinery/protobuf/envelope.ts";
import { yamlToJson } from "../../../src/machinery/yaml/to-json.ts";
import type { Answered } from "./servers.ts";

/** What is compared of an answer. */
export interface Seen {
  readonly code: number;
  readonly type: string;
  readonly warnings: readonly string[];
  readonly body: unknown;
}

/** Lists whose order says nothing, or isn't always the same. */
const SETS: ReadonlySet<string> = new Set(["managedFields", "resourceRules", "nonResourceRules"]);
const UID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const DAY_MS = 86_400_000;
const TODAY = [-DAY_MS, 0, DAY_MS].map((shift) => new Date(Date.now() + shift).toISOString().slice(0, 10));
const TIME_TODAY = new RegExp(String.raw`(${TODAY.join("|")})T\d\d:\d\d:\d\d(\.\d+)?Z`, "g");
const AGE = /^(\d+[smhd])+$|^<invalid>$|^<unknown>$/;

/** @param structs by kind, to read protobuf with; @param withMessages whether the messages of refusals are compared too */
export function seen(answer: Answered, structOf: (apiVersion: string, kind: string) => string | undefined, withMessages: boolean): Seen {
  const type = String(answer.headers["content-type"] ?? "");
  const body = normal(read(answer, type, structOf), "", withMessages);
  return { code: answer.code, type, warnings: answer.warnings.map((text) => masked(text)).toSorted(), body };
}

function read({ bytes }: Answered, type: string, structOf: (apiVersion: string, kind: string) => string | undefined): unknown {
  try {
    if (type.startsWith("application/json")) return json(bytes.toString());
    if (type.startsWith("application/yaml")) return { yaml: parseJson(yamlToJson(bytes.toString()).json) };
    if (type.startsWith("application/vnd.kubernetes.protobuf") && !type.includes("stream=watch")) {
      const { apiVersion, kind } = openEnvelope(bytes);
      const struct = structOf(apiVersion, kind);
      return struct ? { protobuf: decodeProtobuf<Plain>(bytes, schema(struct)) } : `protobuf of ${apiVersion} ${kind}`;
    }
    if (type.startsWith("application/vnd.kubernetes.protobuf")) return "a watch in protobuf";
  } catch (error) {
    return { unreadable: String(error), text: bytes.toString("latin1").slice(0, 300) };
  }
  return bytes
    .toString()
    .slice(0, 2000)
    .replace(/\d{3,}/g, "…");
}

/** One document, or one a line: a watch. */
function json(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text
      .trim()
      .split("\n")
      .map((line) => parseJson(line));
  }
}

function masked(text: string): string {
  return text
    .replace(/\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/g, "TOKEN")
    .replace(UID, "UID")
    .replace(TIME_TODAY, "NOW")
    .replace(/\b3[0-3]\d{3}\/(TCP|UDP|SCTP)\b/g, "PORT/$1")
    .replace(/\b10\.96\.\d+\.\d+\b/g, "10.96.x.x")
    .replace(/(X509SHA256|JTI)=[0-9a-f-]+/g, "$1=…")
    .replace(/\b(d[0-9a-z]{7}-\d+-|kube-api-access-)[a-z0-9]{5}\b/g, "$1xxxxx")
    .replace(/https:\/\/kubernetes\.default\.svc(\.cluster\.local)?(?=$|")/g, "ISSUER");
}

const byText = (a: unknown, b: unknown): number => {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};

function normal(value: unknown, key: string, withMessages: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.filter((item) => !isRepair(item) && !(key === "groups" && isOfRun(item))).map((item) => normal(item, "", withMessages));
    if (key === "causes") return withMessages ? items.sort(byText) : items.map((item) => ({ ...(item as Plain), message: undefined })).sort(byText);
    return SETS.has(key) ? items.sort(byText) : items;
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string")
    return key === "resourceVersion" && /^\d+$/.test(value) && value !== "0" ? "RV" : key === "continue" ? (value ? "TOKEN" : "") : masked(value);
  if (typeof value === "number") return /^(nodePort|healthCheckNodePort)$/.test(key) && value >= 30_000 && value < 34_000 ? "PORT" : value;
  if (!isObject(value)) return value;
  const object: Plain = {};
  for (const [name, member] of Object.entries(value)) object[masked(name)] = normal(member, name, withMessages);
  if (isObject(value.metadata) && typeof value.metadata.generateName === "string" && value.metadata.generateName && isObject(object.metadata)) {
    object.metadata.name = typeof value.metadata.name === "string" ? value.metadata.name.replace(/[a-z0-9]{5}$/, "xxxxx") : value.metadata.name;
  }
  withoutLater(object);
  if (value.kind === "Status" && !withMessages) object.message = undefined;
  if (value.kind === "Table") return table(object);
  return object;
}

const SERVERS_OWN = /^(api-priority-|kube-apiserver|rampart-)/;
/** Conditions that a server's own controllers set after the answer, or just before it. */
const LATER: ReadonlySet<unknown> = new Set(["Dangling", "Established", "NamesAccepted", "Available"]);

/** Groups of custom resources that runs have made: an earlier one may not be gone. */
function isOfRun(item: unknown): boolean {
  return isObject(item) && /^d[0-9a-z]{7}\.example\.com$/.test(String(item.name ?? ""));
}

/** Events of the server's own repairs: each server looks at its own times. */
function isRepair(item: unknown): boolean {
  return isObject(item) && /-repair-controller$/.test(String(item.reportingComponent ?? item.reportingController ?? ""));
}

/** What a server's own controllers say of an object, sooner or later: the names of custom resources, whether a schema dangles, whether an API answers. */
function withoutLater({ metadata, status }: Plain): void {
  if (isObject(metadata) && Array.isArray(metadata.managedFields)) {
    const kept = metadata.managedFields.filter((entry) => !(isObject(entry) && entry.subresource === "status" && SERVERS_OWN.test(String(entry.manager))));
    metadata.managedFields = kept.length > 0 ? kept : undefined;
  }
  if (!isObject(status)) return;
  if (Array.isArray(status.conditions)) {
    const kept = status.conditions.filter((condition) => !(isObject(condition) && LATER.has(condition.type)));
    status.conditions = kept.length > 0 ? kept : undefined;
  }
  if ("acceptedNames" in status) {
    for (const name of ["acceptedNames", "storedVersions"]) delete status[name];
    status.conditions ||= undefined;
  }
}

/** A table without the ages in its cells. */
function table(object: Plain): Plain {
  const rows = (object.rows as Plain[] | null)?.map((row) => ({
    ...row,
    cells: (row.cells as unknown[] | null)?.map((cell) => (typeof cell === "string" && AGE.test(cell) ? "AGE" : cell)),
  }));
  const columnDefinitions = (object.columnDefinitions as Plain[] | null)?.map((column) => ({ ...column, description: undefined }));
  return { ...object, columnDefinitions, rows };
}
