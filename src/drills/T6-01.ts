/** Writes canaries into the cluster in every way that a secret may come in, then searches the whole disk for them in every way that bytes may be spelled. */

import { drill, type Finding, seen } from "./drill.ts";
import { succeeds } from "./expect.ts";
import type { Machine } from "./machine.ts";
import type { Room } from "./room.ts";

const core = (room: Room): string => `/api/v1/namespaces/${room.namespace}`;

/** @returns the bytes that would give a canary away */
function spellings(canary: string): Buffer[] {
  const bytes = Buffer.from(canary);
  const hex = bytes.toString("hex");
  // Base64 has three alignments: of each, what doesn't depend on the bytes around.
  const aligned = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replaceAll("=", "");
    return text.slice(shift === 0 ? 0 : shift + 1, -2);
  });
  const urlSafe = aligned.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const escaped = [...canary].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const texts = [canary, hex, hex.toUpperCase(), ...aligned, ...urlSafe, escaped, encodeURIComponent(canary)];
  return [...new Set(texts)].map((text) => Buffer.from(text)).concat(Buffer.from(canary, "utf16le"));
}

interface Canary {
  readonly what: string;
  readonly text: string;
}

/** Puts a canary of its own into each place. */
async function plant(room: Room, canary: (what: string) => string): Promise<void> {
  const { admin } = room;
  const secret = (name: string, rest: object) => admin.must("POST", `${core(room)}/secrets`, { apiVersion: "v1", kind: "Secret", metadata: { name }, ...rest });
  await secret("a", { stringData: { password: canary("a secret") } });
  await secret("b", { data: { password: Buffer.from(canary("a secret as base64")).toString("base64") } });
  const applied = JSON.stringify({ stringData: { password: canary("an annotation of the last applied form") } });
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": applied };
  await admin.must("POST", `${core(room)}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", annotations } });
  await admin.must("POST", `${core(room)}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b" }, data: { key: canary("a config map") } });
  await secret("c", { stringData: { password: canary("a secret that was overwritten") } });
  await admin.must("PATCH", `${core(room)}/secrets/c`, { stringData: { password: "other" } }, "application/merge-patch+json");
  await secret("d", { stringData: { password: canary("a secret that was deleted") } });
  await admin.must("DELETE", `${core(room)}/secrets/d`);
  // A write that is refused has been in the server's hands, too.
  await admin.send({
    method: "POST",
    path: `${core(room)}/secrets`,
    body: JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "A" }, stringData: { x: canary("a refused secret") } }),
  });
  await admin.send({ method: "POST", path: `${core(room)}/secrets`, body: `{"stringData":{"x":"${canary("a body that can't be read")}"` });
  await room.bearer(`${canary("a token that is no good")}.b.c`).send({ method: "GET", path: core(room) });
}

function machineOf({ machine }: Room): Machine {
  if (!machine) throw new Error("it needs the machine that the cluster runs on");
  return machine;
}

export default drill({
  id: "T6-01",
  threat: 6,
  boundary: "B5",
  actor: "A2.2",
  title: "Grep the disk",
  defence:
    "Everything that the store keeps is sealed (AES-256-GCM, a data key per namespace) before it reaches the disk; bodies are never part of a record, and logs carry no values.",
  needs: "machine",
  async attack(room) {
    const planted: Canary[] = [];
    await plant(room, (what) => {
      const text = `canary~${room.newName()}?${planted.length}~`;
      planted.push({ what, text });
      return text;
    });
    planted.push({ what: "a service account's token", text: await room.token("default") });
    const needles = planted.flatMap(({ what, text }) => spellings(text).map((bytes) => ({ what, bytes })));
    const holders = await machineOf(room).search(needles.map(({ bytes }) => bytes));
    return planted.map(({ what }): Finding => {
      const files = new Set(needles.flatMap((needle, index) => (needle.what === what ? (holders[index] ?? []) : [])));
      return seen(what, files.size > 0 ? `it lies readable in ${[...files].join(", ")}` : undefined);
    });
  },
  async twin(room) {
    // What is meant to be written down is found, so that a search that finds nothing means something.
    const name = room.newName();
    const path = `${core(room)}/configmaps`;
    const finding = await room.admin.tries("a write", {
      method: "POST",
      path,
      body: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } }),
    });
    const read = await room.admin.tries("reading a secret back", { method: "GET", path: `${core(room)}/secrets/a` });
    await room.admin.send({ method: "DELETE", path: `${path}/${name}` });
    const machine = machineOf(room);
    await machine.records();
    const [files = []] = await machine.search([Buffer.from(`${path}/${name}`)]);
    return [finding, read, seen("a path in the record", files.length > 0 ? undefined : "the search did not find what the record must hold")];
  },
  expect: succeeds,
});
