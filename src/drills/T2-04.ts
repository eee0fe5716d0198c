/** Spells paths so that what is asked about might differ from what is fetched: dots, slashes, encodings, parameters, NUL, absolute forms, and through proxies. */

import { drill, type Finding, seen } from "./drill.ts";
import { denied, either } from "./expect.ts";
import { jsonPost, type Room } from "./room.ts";

const NOT_NORMAL = denied({ status: 400, reason: "BadRequest" });
/** A name that is spelled in full and simply isn't there, or isn't one. */
const NO_SUCH = either(denied({ status: 404, reason: "NotFound" }), denied({ status: 403, reason: "Forbidden" }), NOT_NORMAL);
/** What an HTTP parser already refuses: there is no request, so no record either. */
const NO_HTTP = denied({ status: 400 });
/** Stands in the object that must stay hidden. */
const CANARY = "drill-canary-hidden";

const home = (room: Room): string => `/api/v1/namespaces/${room.namespace}`;

/** Paths that would lead elsewhere if anybody resolved what they spell. */
function odd(room: Room, hidden: string): string[] {
  const own = room.namespace;
  const maps = `${home(room)}/configmaps`;
  const leading = ["..", "%2e%2e", ".%2e", "%2E.", "..%2f..", "..%5c..", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae", "..;", "..;x=1"];
  return [
    ...leading.map((up) => `/api/v1/namespaces/${own}/${up}/${hidden}/configmaps/hidden`),
    ...leading.map((up) => `${maps}/${up}/${up}/${hidden}/configmaps/hidden`),
    `/api/v1/namespaces/${own}%2f..%2f${hidden}/configmaps/hidden`,
    `/api/v1/namespaces/${own}%2F../${hidden}/configmaps/hidden`,
    `${maps}/..%2f..%2f${hidden}%2fconfigmaps%2fhidden`,
    `${maps}/%2e%2e%2f%2e%2e%2f${hidden}%2fconfigmaps%2fhidden`,
    `//api/v1/namespaces/${hidden}/configmaps/hidden`,
    `/api//v1/namespaces/${hidden}/configmaps/hidden`,
    `/api/v1/namespaces//${hidden}/configmaps/hidden`,
    `${maps}//own`,
    "/api/v1/namespaces//configmaps",
    `/api/v1/./namespaces/${own}/configmaps/own`,
    `${maps}/.`,
    `${maps};x=1/own`,
    `${maps}/own;x=1`,
    `${maps}/own%00`,
    `${maps}/own%0d%0aX-Remote-User:%20admin`,
    `${home(room)}/%63onfigmaps/own`,
    `/api/v1/%6eamespaces/${hidden}/configmaps/hidden`,
    `${maps}/own%`,
    `${maps}/own%zz`,
    `${maps}/%ff%fe`,
    `${maps}\\..\\..\\${hidden}\\configmaps\\hidden`,
    `https://127.0.0.1/api/v1/namespaces/${hidden}/configmaps/hidden`,
    `${home(room)}/services/x/proxy/../../../../${hidden}/configmaps/hidden`,
    `${home(room)}/services/https:x:443/proxy/%2e%2e/%2e%2e/${hidden}`,
    `${home(room)}/pods/x/proxy/..%2f..%2f..%2f${hidden}/configmaps/hidden`,
    `${home(room)}/pods/x:10250/proxy/a/../../../../../${hidden}/configmaps/hidden`,
  ];
}

/** Spelled in full; the name is odd and leads nowhere. */
function absent(room: Room): string[] {
  const names = ["%252e%252e", "%252e%252e%252fx", "%ef%bc%8e%ef%bc%8e", "OWN", "own%20", "%20own", "a%3fwatch=1"];
  return [...names.map((name) => `${home(room)}/configmaps/${name}`), `/API/v1/namespaces/${room.namespace}/configmaps/own`];
}

/** Writes whose body names another place than their path. */
async function bodies(room: Room, hidden: string): Promise<Finding[]> {
  const eve = room.as("eve");
  const post = (metadata: object) => jsonPost(`${home(room)}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata });
  const invalid = denied({ status: 422, reason: "Invalid", cause: "FieldValueInvalid", field: "metadata.name" });
  return [
    await eve.tries("a body in another namespace than its path", post({ name: "x", namespace: hidden }), NOT_NORMAL),
    await eve.tries("a name that climbs", post({ name: `../${hidden}/x` }), invalid),
    await eve.tries("a name that is two dots", post({ name: ".." }), invalid),
    await eve.tries("a name with a NUL", post({ name: "x\u0000" }), invalid),
    await eve.tries("a name with an encoded slash", post({ name: `..%2f${hidden}%2fx` }), invalid),
  ];
}

export default drill({
  id: "T2-04",
  threat: 2,
  boundary: "B4",
  actor: "A1.1",
  title: "Path games",
  defence: "A path has one normal form, read once: authorization, record and handlers see the same, and what is spelled otherwise is refused.",
  needs: "control-plane",
  async setup(room) {
    await room.account("eve", [
      { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "create"] },
      { apiGroups: [""], resources: ["services/proxy", "pods/proxy"], verbs: ["*"] },
    ]);
    await room.admin.must("POST", `${home(room)}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "own" } });
  },
  async attack(room) {
    const hidden = await room.addNamespace();
    const there = `/api/v1/namespaces/${hidden}/configmaps`;
    await room.admin.must("POST", there, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "hidden" }, data: { canary: CANARY } });
    const eve = room.as("eve");
    const findings: Finding[] = [];
    // A path that can't be read is refused before anybody is asked who they are: the record names the address only.
    for (const path of odd(room, hidden)) findings.push(await eve.triesRaw(path, path, { by: "" }));
    for (const path of absent(room)) findings.push({ ...(await eve.triesRaw(path, path)), expect: NO_SUCH, unrecorded: true });
    for (const path of [`${home(room)}/configmaps/own\u0000`, `${home(room)}/configmaps/o wn`, `${home(room)}/configmaps/own\u00ff`]) {
      findings.push({ ...(await eve.triesRaw(JSON.stringify(path), path)), expect: NO_HTTP, unrecorded: true });
    }
    findings.push(...(await bodies(room, hidden)));
    const leak = findings.find(({ answer }) => answer?.text.includes(CANARY));
    const { items } = await room.admin.must<{ items: { metadata: { name: string } }[] }>("GET", there);
    const others = items.map(({ metadata }) => metadata.name).filter((name) => name !== "hidden" && name !== "kube-root-ca.crt");
    return [
      ...findings,
      seen("what was hidden", leak && `it was read by ${leak.what}`),
      seen("the other namespace", others.length > 0 ? `there are ${others.join(", ")}` : undefined),
    ];
  },
  async twin(room) {
    const eve = room.as("eve");
    const twin = async (path: string) => ({ ...(await eve.triesRaw(path, path)), unrecorded: true as const });
    return [
      await twin(`${home(room)}/configmaps/own`),
      await twin(`${home(room)}/configmaps?fieldSelector=metadata.name%3Down`),
      await eve.tries(
        "a body in the namespace of its path",
        jsonPost(`${home(room)}/configmaps`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x.y", namespace: room.namespace } }),
      ),
    ];
  },
  expect: NOT_NORMAL,
});
