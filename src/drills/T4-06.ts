/** Attacks what is weak in JavaScript itself: names that objects have by birth, numbers that doubles can't hold, half characters, patterns and walks that never end, sockets that break. */

import { drill, type Finding, seen } from "./drill.ts";
import { denied, either, judgedByItsEffect, succeeds } from "./expect.ts";
import { restrictedSpec, workloads } from "./pods.ts";
import { pulse } from "./pulse.ts";
import type { Room } from "./room.ts";
import type { Answer, Sent } from "./wire.ts";

/** How long the server may do nothing but one request, beyond what it takes on a quiet machine. */
const STALL_MAX_MS = 50;
const STALL_TRIES = 12;
const BIRTH_NAMES = ["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty"];
const MARK = "drill-polluted";
/** 2^53 + 1, which no double holds, and the largest int64. */
const LARGE = ["9007199254740993", "9223372036854775807"];

const REFUSED = either(denied({ status: 400, reason: "BadRequest" }), denied({ status: 422, reason: "Invalid" }));
const maps = (room: Room): string => `/api/v1/namespaces/${room.namespace}/configmaps`;

function holds(text: string, what = "its answer does not hold it"): (answer: Answer) => string | undefined {
  return (answer) => succeeds(answer) ?? (answer.text.includes(text) ? undefined : `${what}: ${answer.text.slice(0, 200)}`);
}

/** Names that every object has by birth, as keys of maps: a key like any other, or refused, and nothing else is touched. */
async function birthNames(room: Room): Promise<Finding[]> {
  const eve = room.as("eve");
  const findings: Finding[] = [];
  const head = '"apiVersion":"v1","kind":"ConfigMap"';
  for (const [index, name] of BIRTH_NAMES.entries()) {
    const path = maps(room);
    const body = `{${head},"metadata":{"name":"born-${index}"},"data":{"${name}":"${MARK}"}}`;
    findings.push(await eve.tries(`${name} as a key of data`, { method: "POST", path, body }, holds(`"data":{"${name}":"${MARK}"}`)));
    findings.push({
      ...(await eve.tries(`${name} read back`, { method: "GET", path: `${path}/born-${index}` }, holds(`"data":{"${name}":"${MARK}"}`))),
      unrecorded: true,
    });
    const annotated = `{${head},"metadata":{"name":"noted-${index}","annotations":{"${name}":"${MARK}"},"labels":{"${name}":"x"}}}`;
    findings.push(
      await eve.tries(
        `${name} as annotation and label`,
        { method: "POST", path, body: annotated },
        name === "__proto__" ? REFUSED : holds(`"labels":{"${name}":"x"}`),
      ),
    );
    const patch = (what: string, type: string, document: string): Promise<Finding> => {
      const sent: Sent = { method: "PATCH", path: `${path}/plain`, type, body: document };
      return eve.tries(`${name} by ${what}`, sent, judgedByItsEffect);
    };
    findings.push(await patch("merge patch", "application/merge-patch+json", `{"${name}":{"${MARK}":"1"},"metadata":{"${name}":{"${MARK}":"1"}}}`));
    findings.push(await patch("strategic patch", "application/strategic-merge-patch+json", `{"${name}":{"${MARK}":"1"}}`));
    findings.push(await patch("JSON patch", "application/json-patch+json", `[{"op":"add","path":"/${name}/${MARK}","value":"1"}]`));
    findings.push(await patch("deeper JSON patch", "application/json-patch+json", `[{"op":"add","path":"/metadata/${name}/${MARK}","value":"1"}]`));
  }
  const { answer } = await room.admin.tries("", { method: "GET", path: `${maps(room)}/plain` });
  findings.push(seen("an object beside", answer?.text.includes(MARK) ? "it has what was put into others" : undefined));
  const fresh = await room.admin.tries("", { method: "POST", path: `${maps(room)}?dryRun=All`, body: `{${head},"metadata":{"name":"fresh"}}` });
  findings.push(seen("an object made afterwards", fresh.answer?.text.includes(MARK) ? "it has what was put into others" : undefined));
  return findings;
}

/** Numbers as they are, or refused: never another number. */
async function numbers(room: Room): Promise<Finding[]> {
  const eve = room.as("eve");
  const findings: Finding[] = [];
  const templates = workloads(room.namespace).find(({ kind }) => kind === "PodTemplate")!;
  for (const [index, number] of LARGE.entries()) {
    const object = templates.make(`large-${index}`, { ...restrictedSpec(), terminationGracePeriodSeconds: 12345 });
    const body = JSON.stringify(object).replace('"terminationGracePeriodSeconds":12345', `"terminationGracePeriodSeconds":${number}`);
    findings.push(
      await eve.tries(
        `${number} as int64`,
        { method: "POST", path: templates.path, body },
        holds(`"terminationGracePeriodSeconds":${number}`, "another number came back"),
      ),
    );
    const stale = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"plain","resourceVersion":"${number}"}}`;
    const sent: Sent = { method: "PUT", path: `${maps(room)}/plain`, body: stale };
    findings.push(await eve.tries(`resourceVersion ${number}`, sent, either(denied({ status: 409, reason: "Conflict" }), REFUSED)));
  }
  for (const number of ["9007199254740993", "1e400", "-1e999", "1.5", "NaN", "0x10"]) {
    const body = JSON.stringify(templates.make("small", { ...restrictedSpec(), priority: 77 })).replace('"priority":77', `"priority":${number}`);
    findings.push(await eve.tries(`${number} as int32`, { method: "POST", path: templates.path, body }, REFUSED));
  }
  return findings;
}

/** Half characters are replaced or refused; what comes back is UTF-8. */
async function characters(room: Room): Promise<Finding[]> {
  const eve = room.as("eve");
  const path = maps(room);
  const findings: Finding[] = [];
  const make = (name: string, text: string) => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"},"data":{"a":"${text}"}}`;
  const whole = either(REFUSED, (answer) => succeeds(answer) ?? (JSON.parse(answer.text).data.a.isWellFormed() ? undefined : "half a character came back"));
  for (const [index, text] of ["\\ud800", "\\udfff\\ud800", "a\\ud83d", "\\u0000"].entries()) {
    findings.push(await eve.tries(`a string with ${text}`, { method: "POST", path, body: make(`half-${index}`, text) }, whole));
  }
  const bytes = Buffer.from(make("bytes", "?").replace("?", "\u00ff\u00fe"), "latin1");
  findings.push(await eve.tries("bytes that are not UTF-8", { method: "POST", path, body: bytes }, whole));
  return findings;
}

/** What a careless pattern, comparison or walk would spend seconds on. */
function slow(room: Room): { what: string; sent: Sent }[] {
  const path = maps(room);
  const object = (metadata: object) => JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "slow", ...metadata } });
  const long = "a".repeat(50_000);
  const get = (what: string, query: string) => ({ what, sent: { method: "GET", path: `${path}?${query}` } });
  const post = (what: string, body: string) => ({ what, sent: { method: "POST", path, body } });
  const templates = workloads(room.namespace).find(({ kind }) => kind === "PodTemplate")!;
  const quantity = { ...restrictedSpec(), overhead: { cpu: `${"1".repeat(100_000)}x` } };
  const patch = Array.from({ length: 9000 }, (_, index) => ({ op: "add", path: `/metadata/annotations/a${index}`, value: "x" }));
  return [
    post("a name of 50,000 letters and a mistake", object({ name: `${long}!` })),
    post("a name of 50,000 dots", object({ name: ".".repeat(50_000) })),
    post("a name of 50,000 dashes", object({ name: `a${"-".repeat(50_000)}` })),
    post("a label of 50,000 letters and a mistake", object({ labels: { a: `${long}!`, [`${long}/${long}!`]: "" } })),
    post("a thousand labels with mistakes", object({ labels: Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`a${index}!`, "x y"])) })),
    get("a selector of a thousand terms", `labelSelector=${encodeURIComponent(Array(1000).fill("a in (b,c)").join(","))}`),
    get("a selector that never closes", `labelSelector=${encodeURIComponent(`a in (${"b,".repeat(15_000)}`)}`),
    get("a selector of nothing but spaces", `labelSelector=${encodeURIComponent(" ".repeat(10_000))}`),
    get("field selectors with escapes", `fieldSelector=${encodeURIComponent(`metadata.name=${"\\\\".repeat(10_000)}x`)}`),
    { what: "a quantity of 100,000 digits", sent: { method: "POST", path: templates.path, body: JSON.stringify(templates.make("slow", quantity)) } },
    { what: "9,000 operations", sent: { method: "PATCH", path: `${path}/plain?dryRun=All`, type: "application/json-patch+json", body: JSON.stringify(patch) } },
    post("100,000 levels", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"slow"},"data":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`),
  ];
}

/** Sends each while a second client keeps asking. The best of a few tries tells what the server itself does; the rest is the machine's other work. */
async function stalls(room: Room): Promise<Finding[]> {
  const eve = room.as("eve");
  const asked = `${maps(room)}/plain`;
  const quiet = pulse(room.as("ann"), asked);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const { longestMs: usual } = await quiet.stop();
  const findings: Finding[] = [];
  for (const { what, sent } of slow(room)) {
    let least = Number.POSITIVE_INFINITY;
    let finding: Finding | undefined;
    let silent = 0;
    for (let tried = 0; tried < STALL_TRIES && least > STALL_MAX_MS + usual; tried++) {
      if (tried > 0) await new Promise((resolve) => setTimeout(resolve, 50 * tried)); // The machine may be busy with something else.
      const beside = pulse(room.as("ann"), asked);
      finding = await eve.tries(what, sent, judgedByItsEffect);
      const { longestMs, unanswered } = await beside.stop();
      least = Math.min(least, longestMs);
      silent += unanswered;
    }
    if (sent.method !== "GET") findings.push(finding!);
    const stalled = least > STALL_MAX_MS + usual ? `others waited ${Math.round(least)} ms (${Math.round(usual)} ms before)` : undefined;
    findings.push(seen(`${what}: others`, silent > 0 ? `${silent} of their requests failed` : stalled));
  }
  return findings;
}

/** Connections that break in the middle of everything. */
async function brokenSockets(room: Room): Promise<Finding[]> {
  const head = (line: string, more = "") => `${line} HTTP/1.1\r\nHost: x\r\n${more}`;
  const post = `POST ${maps(room)}`;
  const beginnings: [string, string][] = [
    ["half a request line", "GET /api/v1/names"],
    ["half the headers", head("GET /api", "Authoriz")],
    ["half a body", head(post, 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":')],
    ["half a chunk", head(post, "Transfer-Encoding: chunked\r\n\r\nff\r\n{")],
    ["a chunk of no length", head(post, "Transfer-Encoding: chunked\r\n\r\nzz\r\n{")],
    ["two lengths", head(post, "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef")],
    ["a length and chunks", head(post, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /version HTTP/1.1\r\n\r\n")],
    ["a watch that is cut", head(`GET ${maps(room)}?watch=1`, "\r\n")],
    ["an upgrade to nothing", head("GET /api", "Connection: upgrade\r\nUpgrade: nothing\r\n\r\n")],
    ["nothing but NULs", "\0".repeat(1000)],
  ];
  for (const [, bytes] of beginnings) await room.wire.sendRaw(bytes, { cutAfterMs: 30 });
  const { code } = await room.admin.send({ method: "GET", path: `${maps(room)}/plain` });
  return [seen(`the server after ${beginnings.length} broken connections`, code === 200 ? undefined : `it answers ${code}`)];
}

/** When the process began, as its own metrics tell; undefined where they don't. */
async function startOf(room: Room): Promise<string | undefined> {
  const { text } = await room.admin.send({ method: "GET", path: "/metrics", headers: { accept: "text/plain" } });
  return /^process_start_time_seconds (\S+)$/m.exec(text)?.[1];
}

export default drill({
  id: "T4-06",
  threat: 4,
  boundary: "B4",
  actor: "A1.1",
  title: "JavaScript's own weak places",
  defence:
    "Maps keyed by users have no prototype and prototypes can't be extended; int64 is exact; patterns take linear time; nothing over input holds the event loop for 50 ms.",
  needs: "control-plane",
  async setup(room) {
    const rules = [{ apiGroups: [""], resources: ["configmaps", "podtemplates"], verbs: ["get", "list", "watch", "create", "update", "patch"] }];
    await room.account("eve", rules);
    await room.account("ann", rules);
    await room.admin.must("POST", maps(room), { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "plain", annotations: { a: "b" } } });
  },
  async attack(room) {
    const before = await startOf(room);
    const findings = [
      ...(await birthNames(room)),
      ...(await numbers(room)),
      ...(await characters(room)),
      ...(await stalls(room)),
      ...(await brokenSockets(room)),
    ];
    const after = await startOf(room);
    return [...findings, seen("the process", before === after ? undefined : `it began at ${before} and again at ${after}`)];
  },
  async twin(room) {
    const eve = room.as("eve");
    const templates = workloads(room.namespace).find(({ kind }) => kind === "PodTemplate")!;
    const make = (name: string, data: object) => JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { a: "b" } }, data });
    return [
      await eve.tries("plain keys", { method: "POST", path: maps(room), body: make("keys", { a: "b" }) }),
      await eve.tries("whole characters", { method: "POST", path: maps(room), body: make("whole", { a: "\u{1f600}" }) }),
      await eve.tries("a small number", {
        method: "POST",
        path: templates.path,
        body: JSON.stringify(templates.make("number", { ...restrictedSpec(), terminationGracePeriodSeconds: 5 })),
      }),
      { ...(await eve.tries("a short selector", { method: "GET", path: `${maps(room)}?labelSelector=a%3Db` })), unrecorded: true },
    ];
  },
  expect: REFUSED,
});
