/** Asks for everything that discovery names, with every verb, as nobody and with credentials that prove nothing. */

import { type Authority, loadAuthority, newAuthority, newIdentity } from "../machinery/certificates/issue.ts";
import { drill, type Finding } from "./drill.ts";
import { answers, denied, type Expectation, statusOf, succeeds } from "./expect.ts";
import type { Room } from "./room.ts";
import type { Answer, Certificate, Sent } from "./wire.ts";

/** The paths that say whether the server lives, to anybody. */
const OPEN = ["/livez", "/readyz", "/healthz"];
const FIXED = [
  "/",
  "/api",
  "/apis",
  "/version",
  "/version/",
  "/metrics",
  "/livez?verbose",
  "/readyz?verbose",
  "/livez/ping",
  "/healthz?verbose",
  "/logs",
  "/debug/pprof/",
];
const METHODS: Readonly<Record<string, string>> = {
  get: "GET",
  list: "GET",
  watch: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETE",
};
const HOUR_MS = 3_600_000;

interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Everything that discovery names, as the administrator sees it: a request for each verb. */
async function everyRequest(room: Room): Promise<Sent[]> {
  const { groups } = await room.admin.must<{ groups: { versions: { groupVersion: string }[] }[] }>("GET", "/apis");
  const roots = ["/api/v1", ...groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => `/apis/${groupVersion}`))];
  const requests: Sent[] = [];
  for (const root of roots) {
    requests.push({ method: "GET", path: root });
    const { resources } = await room.admin.must<{ resources: Resource[] }>("GET", root);
    for (const resource of resources) requests.push(...resource.verbs.map((verb) => requestOf(room, root, resource, verb)));
  }
  return requests;
}

function requestOf(room: Room, root: string, { name, namespaced }: Resource, verb: string): Sent {
  const [resource, subresource] = name.split("/");
  const collection = `${root}${namespaced ? `/namespaces/${room.namespace}` : ""}/${resource}`;
  const ofAll = !subresource && ["list", "watch", "create", "deletecollection"].includes(verb);
  const path = `${collection}${ofAll ? "" : "/x"}${subresource ? `/${subresource}` : ""}${verb === "watch" ? "?watch=1&timeoutSeconds=1" : ""}`;
  const method = METHODS[verb] ?? "GET";
  return { method, path, ...(["POST", "PUT", "PATCH"].includes(method) && { body: "{}", type: "application/json" }) };
}

/** Without a login there is nothing to learn, the version least of all. */
function unknown(version: string): Expectation {
  const refused = denied({ status: 401, reason: "Unauthorized" });
  return (answer) => refused(answer) ?? (answer.text.includes(version) ? `its answer tells the version: ${answer.text.slice(0, 200)}` : undefined);
}

/** A certificate that names the mightiest of all, good for an hour from `now` on. */
function mightiest(authority: Authority, now: number, usage = "client auth"): Certificate {
  const subject = { commonName: "admin", organizations: ["system:masters"] };
  return newIdentity(authority, { subject, usages: ["digital signature", usage], lifetimeMs: HOUR_MS, now });
}

/** The cluster's own authority, where the machine is ours. */
function ownAuthority({ machine }: Room): Authority | undefined {
  return machine && loadAuthority(machine.clientAuthority());
}

/** Certificates that prove nothing: from an authority that nobody trusts, or from the right one and out of their time or purpose. */
function badCertificates(room: Room): Readonly<Record<string, Certificate>> {
  const now = Date.now();
  const own = ownAuthority(room);
  return {
    "a stranger's certificate": mightiest(newAuthority({ commonName: "rampart-ca", lifetimeMs: HOUR_MS, now }), now),
    ...(own && {
      "a certificate that has expired": mightiest(own, now - 2 * HOUR_MS),
      "a certificate that isn't valid yet": mightiest(own, now + 2 * HOUR_MS),
      "a server's certificate": mightiest(own, now, "server auth"),
    }),
  };
}

async function withCertificate(room: Room, sent: Sent, whose: string, certificate: Certificate, expect: Expectation): Promise<Finding> {
  const what = `${sent.method} ${sent.path} with ${whose}`;
  try {
    return { what, answer: await room.wire.send(sent, certificate), expect };
  } catch {
    return { what }; // The server ended the handshake: no request was made.
  }
}

export default drill({
  id: "T2-01",
  threat: 2,
  boundary: "B4",
  actor: "A0",
  title: "Nobody asks for everything",
  defence: "There is no anonymous user: without a good credential only the health paths are answered, with two letters.",
  needs: "control-plane",
  async setup(room) {
    await room.account("ann", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }]);
  },
  async attack(room) {
    const { gitVersion } = await room.admin.must<{ gitVersion: string }>("GET", "/version");
    const expect = unknown(gitVersion);
    const { paths } = await room.admin.must<{ paths: string[] }>("GET", "/");
    const rest = [...new Set([...FIXED, ...paths])].filter((path) => !OPEN.includes(path));
    const requests = [...rest.map((path) => ({ method: "GET", path })), ...(await everyRequest(room))];
    const findings: Finding[] = [];
    for (const sent of requests) findings.push(await room.nobody.tries(`${sent.method} ${sent.path}`, sent, expect));
    const few: Sent[] = ["/version", "/api/v1/secrets", "/apis", "/livez?verbose"].map((path) => ({ method: "GET", path }));
    const certificates = Object.entries(badCertificates(room));
    for (const sent of few) {
      for (const authorization of ["Bearer", "Bearer ", "Bearer nonsense", "Bearer a.b.c", "Basic YWRtaW46YWRtaW4=", "Negotiate abc"]) {
        const request = { ...sent, headers: { authorization } };
        findings.push(await room.nobody.tries(`${sent.path} with ${JSON.stringify(authorization)}`, request, expect));
      }
      for (const [whose, certificate] of certificates) findings.push(await withCertificate(room, sent, whose, certificate, expect));
    }
    for (const header of ["impersonate-user", "x-remote-user", "x-forwarded-user"]) {
      const sent = {
        method: "GET",
        path: "/api/v1/secrets",
        headers: { [header]: "admin", "impersonate-group": "system:masters", "x-remote-group": "system:masters" },
      };
      findings.push(await room.nobody.tries(`the header ${header}`, sent, expect));
    }
    for (const path of OPEN) findings.push({ ...(await room.nobody.tries(path, { method: "GET", path }, answers(200, "ok"))), unrecorded: true });
    return findings;
  },
  async twin(room) {
    const ann = room.as("ann");
    const get = async (path: string, holds: (answer: Answer) => boolean): Promise<Finding> => {
      const finding = await ann.tries(path, { method: "GET", path });
      const told = finding.answer && (finding.answer.code !== 200 || holds(finding.answer));
      return { ...finding, ...(!told && { problem: `its answer is empty: ${statusOf(finding.answer!).message}` }), unrecorded: true };
    };
    const own = ownAuthority(room);
    const version = { method: "GET", path: "/version" };
    const inTime = own && {
      ...(await withCertificate(room, version, "a certificate in its time", mightiest(own, Date.now()), succeeds)),
      unrecorded: true as const,
    };
    return [
      ...(inTime ? [inTime] : []),
      await get("/version", ({ text }) => text.includes('"gitVersion"')),
      await get("/apis", ({ text }) => text.includes('"groups"')),
      await get(`/api/v1/namespaces/${room.namespace}/configmaps`, ({ text }) => text.includes('"ConfigMapList"')),
    ];
  },
  expect: denied({ status: 401, reason: "Unauthorized" }),
});
