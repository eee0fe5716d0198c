/** Sends documents that are small to write and large to read: aliases that multiply, nesting without end, what is packed, what is only whitespace, a million keys. */

import { gzipSync } from "node:zlib";
import { drill, type Finding, seen } from "./drill.ts";
import { denied, type Expectation, either } from "./expect.ts";
import type { Room } from "./room.ts";
import type { Answer, Sent } from "./wire.ts";

/** One that reads it must give up this soon, with this much more memory at most. */
const TIME_MAX_MS = 100;
const MEMORY_MAX_BYTES = 64 * 1024 * 1024;
/** Other work on the machine slows a request now and then: the best of so many tells what the server itself needs. */
const TRIES = 10;
/** What took this long isn't tried again: the cluster may be somebody's. */
const HOPELESS_MS = 2000;
const MIB = 1024 * 1024;
const DEPTH = 100_000;
const KEYS = 100_000;
/** What an update or an apply would change. */
const STANDING = "bomb";
const APPLY = "application/apply-patch+yaml";

interface Bomb {
  readonly what: string;
  readonly type: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** CVE-2019-11253: nine levels of nine are 387 million strings. */
function aliases(): string {
  const level = (index: number) =>
    `${"abcdefghi"[index]}: &${"abcdefghi"[index]} [${Array(9)
      .fill(`*${"abcdefghi"[index - 1]}`)
      .join(",")}]`;
  return ["apiVersion: v1", "kind: ConfigMap", 'a: &a ["x","x","x","x","x","x","x","x","x"]', ...[1, 2, 3, 4, 5, 6, 7, 8].map(level), "data: *i", ""].join(
    "\n",
  );
}

const inData = (text: string): Buffer => Buffer.from(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bomb"},"data":${text}}`);

function bombs(): Bomb[] {
  const json = "application/json";
  const yaml = "application/yaml";
  const protobuf = "application/vnd.kubernetes.protobuf";
  const managed = `[{"manager":"x","operation":"Update","fieldsType":"FieldsV1","fieldsV1":${'{"f:a":'.repeat(DEPTH / 10)}{}${"}".repeat(DEPTH / 10)}}]`;
  // An envelope that says ConfigMap, around groups (wire type 3) that open and never close.
  const envelope = Buffer.concat([Buffer.from("k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap", "latin1"), Buffer.from([0x12, 0xa0, 0x8d, 0x06])]);
  return [
    { what: "aliases that multiply", type: yaml, body: Buffer.from(aliases()) },
    { what: "deep JSON", type: json, body: inData("[".repeat(DEPTH) + "]".repeat(DEPTH)) },
    { what: "deep JSON objects", type: json, body: inData(`${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`) },
    { what: "deep JSON that never ends", type: json, body: inData("[".repeat(2 * MIB)) },
    { what: "deep YAML", type: yaml, body: Buffer.from("[".repeat(DEPTH)) },
    { what: "deep YAML mappings", type: yaml, body: Buffer.from("{a: ".repeat(DEPTH)) },
    {
      what: "deep fields of a manager",
      type: json,
      body: Buffer.from(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"bomb","managedFields":${managed}}}`),
    },
    { what: "deep protobuf", type: protobuf, body: Buffer.concat([envelope, Buffer.alloc(DEPTH, 0x0b)]) },
    {
      what: "protobuf that says it is huge",
      type: protobuf,
      body: Buffer.concat([envelope.subarray(0, -4), Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x07])]),
    },
    { what: "a gzip bomb", type: json, body: gzipSync(Buffer.alloc(100 * MIB)), headers: { "content-encoding": "gzip" } },
    { what: "whitespace", type: json, body: Buffer.alloc(4 * MIB, " ") },
    { what: "whitespace within the limit", type: json, body: Buffer.alloc(2 * MIB, " ") },
    { what: "a string without end", type: json, body: inData(`{"a":"${"x".repeat(4 * MIB)}`) },
    { what: "many keys", type: json, body: inData(`{${Array.from({ length: KEYS }, (_, index) => `"${index}":""`).join(",")},"bad key":""}`) },
    { what: "one key many times", type: json, body: inData(`{${Array(KEYS).fill('"a":""').join(",")},"bad key":""}`) },
    { what: "a number with a million digits", type: json, body: inData(`{"a":${"9".repeat(MIB)}}`) },
  ];
}

/** Every request that has a document for its body: whoever bounds one decoder must bound them all. Patches have bombs of their own (T4-02). */
function everyVerb(path: string, { type, body, headers = {} }: Bomb): { readonly verb: string; readonly sent: Sent }[] {
  const [one, as] = [`${path}/${STANDING}`, { type, body, headers }];
  return [
    { verb: "create", sent: { method: "POST", path, ...as } },
    { verb: "update", sent: { method: "PUT", path: one, ...as } },
    ...(type === "application/yaml" ? [{ verb: "apply", sent: { ...as, method: "PATCH", path: `${one}?fieldManager=drill`, type: APPLY } }] : []),
    { verb: "delete", sent: { method: "DELETE", path: one, ...as } },
    { verb: "deletecollection", sent: { method: "DELETE", path, ...as } },
  ];
}

const REFUSED = either(
  denied({ status: 413, reason: "RequestEntityTooLarge" }),
  denied({ status: 400, reason: "BadRequest" }),
  denied({ status: 422, reason: "Invalid" }),
);
/** A form that the server doesn't take at all is refused by its name. */
const REFUSED_FORM = either(REFUSED, denied({ status: 415, reason: "UnsupportedMediaType" }));
const NOT_ASKED = denied({ status: 401, reason: "Unauthorized" });

/** Sends a bomb a few times. @returns the quickest answer */
async function quickest(send: () => Promise<Answer>): Promise<Answer> {
  let best: Answer | undefined;
  for (let tried = 0; tried < TRIES; tried++) {
    const answer = await send();
    if (!best || answer.tookMs < best.tookMs) best = answer;
    if (best.code === 0 || best.tookMs < TIME_MAX_MS || best.tookMs > HOPELESS_MS) break;
  }
  return best!;
}

function soon(expect: Expectation): Expectation {
  return (answer) => expect(answer) ?? (answer.tookMs > TIME_MAX_MS ? `it took ${Math.round(answer.tookMs)} ms` : undefined);
}

/** One that declares a body of a gibibyte and never sends it must be answered all the same. */
async function declared(room: Room, what: string, lines: readonly string[]): Promise<Finding> {
  const path = `/api/v1/namespaces/${room.namespace}/configmaps`;
  return room.as("eve").triesRaw(what, path, { method: "POST", headers: ["Content-Type: application/json", ...lines] });
}

export default drill({
  id: "T4-01",
  threat: 4,
  boundary: "B4",
  actor: "A1.1, A0",
  title: "Document bombs",
  defence: "Every decoder has a budget of bytes, depth and count that it can't outgrow, and nothing is read of a body whose sender has not logged in.",
  needs: "control-plane",
  async setup(room) {
    await room.account("eve", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["create", "update", "patch", "get", "delete", "deletecollection"] }]);
    const standing = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: STANDING } };
    await room.admin.must("POST", `/api/v1/namespaces/${room.namespace}/configmaps`, standing);
  },
  async attack(room) {
    const path = `/api/v1/namespaces/${room.namespace}/configmaps`;
    const findings: Finding[] = [];
    const before = room.machine?.memoryBytes();
    let most = before ?? 0;
    for (const bomb of bombs()) {
      const eve = room.as("eve");
      for (const { verb, sent } of everyVerb(path, bomb)) {
        const what = `${bomb.what}, to ${verb}`;
        const expect = soon(bomb.what === "a gzip bomb" ? REFUSED_FORM : REFUSED);
        findings.push({ what, by: eve.user, answer: await quickest(() => eve.send(sent)), expect });
        findings.push({ what: `${what}, from nobody`, by: "", answer: await quickest(() => room.nobody.send(sent)), expect: soon(NOT_ASKED) });
      }
      most = Math.max(most, room.machine?.memoryBytes() ?? 0);
    }
    findings.push(await declared(room, "a declared gibibyte", ["Content-Length: 1073741824"]));
    const grown = before === undefined ? undefined : most - before;
    findings.push(seen("memory", grown !== undefined && grown > MEMORY_MAX_BYTES ? `it took ${Math.round(grown / MIB)} MiB more` : undefined));
    return findings;
  },
  async twin(room) {
    const path = `/api/v1/namespaces/${room.namespace}/configmaps`;
    const eve = room.as("eve");
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aliases, labels: &l {a: b}, annotations: *l}\ndata: {a: x}\n";
    const large = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "large" }, data: { a: "x".repeat(MIB - 1024) } };
    const keys = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, ""]));
    return [
      await eve.tries("YAML with an alias", { method: "POST", path, type: "application/yaml", body: yaml }),
      await eve.tries("almost a mebibyte", { method: "POST", path, body: JSON.stringify(large) }),
      await eve.tries("five thousand keys", { method: "POST", path, body: JSON.stringify({ ...large, metadata: { name: "keys" }, data: keys }) }),
    ];
  },
  expect: REFUSED,
});
