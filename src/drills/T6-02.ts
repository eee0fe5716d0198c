/** Moves sealed bytes about on the disk, as whoever may write to it can: another object's, another kind's, another namespace's, an older state's, a changed byte. */

import { drill, type Finding, seen } from "./drill.ts";
import { denied } from "./expect.ts";
import type { Machine, StoredRows } from "./machine.ts";
import type { Room } from "./room.ts";

const MISMATCH = denied({ status: 500, reason: "InternalError", cause: "SealMismatch" });
const CANARY = "drill-canary-sealed";

const secrets = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;
const secretKey = (namespace: string, name: string): string => `/registry/core/secrets/${namespace}/${name}`;

/** The places that are written over, each with what is put there. */
interface Swap {
  readonly what: string;
  readonly namespace: string;
  readonly name: string;
  bytes(rows: StoredRows): Uint8Array;
}

function swaps({ namespace }: Room, other: string): Swap[] {
  const own = (name: string) => secretKey(namespace, name);
  return [
    { what: "another secret's bytes", namespace, name: "b", bytes: (rows) => rows.read(own("a")) },
    { what: "a config map's bytes", namespace, name: "c", bytes: (rows) => rows.read(`/registry/core/configmaps/${namespace}/plain`) },
    { what: "another namespace's bytes", namespace: other, name: "a", bytes: (rows) => rows.read(own("a")) },
    { what: "its own bytes of yesterday", namespace, name: "d", bytes: (rows) => rows.older(own("d"))[0]! },
    {
      what: "its own bytes with one changed",
      namespace,
      name: "e",
      bytes(rows) {
        const bytes = Buffer.from(rows.read(own("e")));
        bytes[bytes.length - 1]! ^= 1;
        return bytes;
      },
    },
    { what: "nothing but zeros", namespace, name: "f", bytes: (rows) => Buffer.alloc(rows.read(own("f")).length) },
  ];
}

const others = new WeakMap<Room, string>();
const originals = new WeakMap<Room, ReadonlyMap<string, Uint8Array>>();

function machineOf({ machine }: Room): Machine {
  if (!machine) throw new Error("it needs the machine that the cluster runs on");
  return machine;
}

async function putBack(room: Room): Promise<void> {
  const bytes = originals.get(room);
  if (!bytes) return;
  originals.delete(room);
  await machineOf(room).whileStopped((rows) => {
    for (const [key, sealed] of bytes) rows.write(key, sealed);
  });
  await room.wire.close(); // Connections to the server that was.
}

async function recordsOf(room: Room, all: readonly Swap[], since: number): Promise<Finding[]> {
  const records = (await machineOf(room).records()).slice(since).filter(({ responseStatus }) => responseStatus?.reason === "SealMismatch");
  return all.map(({ what, namespace, name }) => {
    const found = records.some(({ objectRef }) => objectRef?.resource === "secrets" && objectRef.namespace === namespace && objectRef.name === name);
    return seen(`the record of ${what}`, found ? undefined : "no record tells SealMismatch");
  });
}

export default drill({
  id: "T6-02",
  threat: 6,
  boundary: "B5",
  actor: "A2.2",
  title: "Swap two boxes",
  defence:
    "What is sealed opens only at its own key and revision, with its own UID; what doesn't open is kept from everybody, told of in the record, and nothing else is disturbed.",
  needs: "machine",
  async setup(room) {
    const other = await room.addNamespace();
    others.set(room, other);
    const { admin, namespace } = room;
    const make = (where: string, name: string) =>
      admin.must("POST", secrets(where), { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: { canary: `${CANARY}-${name}` } });
    for (const name of ["a", "b", "c", "d", "e", "f"]) await make(namespace, name);
    await make(other, "a");
    await admin.must("PATCH", `${secrets(namespace)}/d`, { stringData: { canary: "today" } }, "application/merge-patch+json");
    await admin.must("POST", `/api/v1/namespaces/${namespace}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "plain" } });
    room.atEnd(() => putBack(room));
  },
  async attack(room) {
    const all = swaps(room, others.get(room)!);
    const machine = machineOf(room);
    const since = (await machine.records()).length;
    await machine.whileStopped((rows) => {
      originals.set(room, new Map(all.map(({ namespace, name }) => [secretKey(namespace, name), rows.read(secretKey(namespace, name))])));
      const put = all.map((swap) => [secretKey(swap.namespace, swap.name), swap.bytes(rows)] as const);
      for (const [key, sealed] of put) rows.write(key, sealed);
    });
    await room.wire.close();
    const findings: Finding[] = [];
    for (const { what, namespace, name } of all) findings.push(await room.admin.tries(what, { method: "GET", path: `${secrets(namespace)}/${name}` }));
    const leak = findings.find(({ answer }) => answer?.text.includes(Buffer.from(CANARY).toString("base64").slice(0, -3)));
    findings.push(seen("what the answers hold", leak && `${leak.what} was served`));
    const { items } = await room.admin.must<{ items: { metadata: { name: string } }[] }>("GET", secrets(room.namespace));
    const listed = items.map(({ metadata }) => metadata.name).filter((name) => all.some((swap) => swap.namespace === room.namespace && swap.name === name));
    findings.push(seen("a list of the secrets", listed.length > 0 ? `it shows ${listed.join(", ")}` : undefined));
    return [...findings, ...(await recordsOf(room, all, since))];
  },
  async twin(room) {
    const get = (what: string, namespace: string, name: string) => room.admin.tries(what, { method: "GET", path: `${secrets(namespace)}/${name}` });
    const untouched = await get("the secret whose bytes were copied", room.namespace, "a");
    await putBack(room);
    const findings = [untouched];
    for (const { what, namespace, name } of swaps(room, others.get(room)!)) findings.push(await get(`put back after ${what}`, namespace, name));
    return findings;
  },
  expect: MISMATCH,
});
