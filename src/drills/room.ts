/** Where one drill takes place: a namespace of its own, identities made through the API, and at the end nothing left. */

import type { Random } from "../machinery/random.ts";
import type { Finding } from "./drill.ts";
import { type Expectation, statusOf } from "./expect.ts";
import type { Machine } from "./machine.ts";
import type { Answer, Certificate, Sent, Wire } from "./wire.ts";

const RIGHTS_WAIT_MS = 5000;
const GONE_WAIT_MS = 3000;
/** An empty namespace that still stands after so long has no controller that would end it. */
const EMPTY_WAIT_MS = 500;
const TOKEN_SECONDS = 3600;
/** What drills make, in the order in which it is taken away: a workload before its pods. */
const MADE = ["apis/batch/v1/cronjobs", "apis/batch/v1/jobs", "apis/apps/v1/deployments", "apis/apps/v1/statefulsets", "apis/apps/v1/daemonsets"]
  .concat(["apis/apps/v1/replicasets", "api/v1/replicationcontrollers", "api/v1/podtemplates", "api/v1/pods", "api/v1/configmaps", "api/v1/secrets"])
  .concat(["api/v1/services", "api/v1/serviceaccounts", "apis/rbac.authorization.k8s.io/v1/rolebindings", "apis/rbac.authorization.k8s.io/v1/roles"]);

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface RoomOptions {
  readonly drill: string;
  readonly wire: Wire;
  readonly random: Random;
  /** How the administrator shows who they are. */
  readonly admin: Credential;
  readonly machine: Machine | undefined;
  /** Labels of the namespaces that drills make. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface Credential {
  readonly certificate?: () => Certificate;
  readonly token?: () => string | Promise<string>;
}

/** Somebody who sends requests. */
export class Actor {
  /** As the audit log names them; empty for nobody. */
  readonly user: string;
  readonly #wire: Wire;
  readonly #credential: Credential;

  constructor(user: string, wire: Wire, credential: Credential) {
    this.user = user;
    this.#wire = wire;
    this.#credential = credential;
  }

  async send(sent: Sent): Promise<Answer> {
    const token = await this.#credential.token?.();
    const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...sent.headers };
    return this.#wire.send({ ...sent, headers }, this.#credential.certificate?.());
  }

  /** Sends a request of an attack or its twin. */
  async tries(what: string, sent: Sent, expect?: Expectation): Promise<Finding> {
    return { what, by: this.user, answer: await this.send(sent), ...(expect && { expect }) };
  }

  /** Sends a request line as it stands over HTTP/1.1, which lets through what HTTP/2 clients correct. */
  async triesRaw(
    what: string,
    target: string,
    options: { readonly by?: string; readonly method?: string; readonly headers?: readonly string[] } = {},
  ): Promise<Finding> {
    const { by = this.user, method = "GET", headers = [] } = options;
    const { host } = new URL(this.#wire.server);
    const token = await this.#credential.token?.();
    const login = token === undefined ? [] : [`Authorization: Bearer ${token}`];
    const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...login, "Accept: application/json", ...headers, "", ""];
    const { code, headers: answered, text } = await this.#wire.sendRaw(Buffer.from(lines.join("\r\n"), "latin1"));
    return {
      what,
      by,
      answer: { sent: { method, path: target }, code, headers: answered, text: code === 0 ? "the server broke off without an answer" : text, tookMs: 0 },
    };
  }

  /** Sends what must work for the drill to go on. @returns the answer's JSON. @throws where it doesn't */
  async must<T = unknown>(method: string, path: string, object?: unknown, type = "application/json"): Promise<T> {
    const answer = await this.send({ method, path, ...(object !== undefined && { body: JSON.stringify(object), type }) });
    if (answer.code >= 200 && answer.code < 300) return (answer.text ? JSON.parse(answer.text) : undefined) as T;
    throw new Error(`${method} ${path} was answered ${answer.code}: ${statusOf(answer).message ?? answer.text.slice(0, 200)}`);
  }
}

export class Room {
  readonly namespace: string;
  readonly wire: Wire;
  readonly admin: Actor;
  readonly nobody: Actor;
  readonly machine: Machine | undefined;
  readonly #options: RoomOptions;
  readonly #namespaces: string[] = [];
  readonly #ends: (() => Promise<unknown>)[] = [];
  readonly #kept = new Map<string, Actor>();

  private constructor(options: RoomOptions, adminName: string) {
    this.#options = options;
    this.wire = options.wire;
    this.machine = options.machine;
    this.admin = new Actor(adminName, options.wire, options.admin);
    this.nobody = new Actor("", options.wire, {});
    this.namespace = this.newName();
  }

  static async open(options: RoomOptions): Promise<Room> {
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const admin = new Actor("", options.wire, options.admin);
    const { status } = await admin.must<{ status: { userInfo: { username: string } } }>("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review);
    const room = new Room(options, status.userInfo.username);
    await room.addNamespace(room.namespace);
    return room;
  }

  /** A name that nothing else in the cluster has. */
  newName(): string {
    return `drill-${this.#options.drill.toLowerCase()}-${this.#options.random.uuid().slice(0, 8)}`;
  }

  /** Makes a namespace, with the account that pods need where no controller makes one. */
  async addNamespace(name: string = this.newName()): Promise<string> {
    await this.admin.must("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: this.#options.labels } });
    this.#namespaces.push(name);
    await this.admin.send(jsonPost(`/api/v1/namespaces/${name}/serviceaccounts`, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } }));
    return name;
  }

  /** Whoever shows this token, or whatever passes for one. @param user whom the audit log should take them for */
  bearer(token: string, user = ""): Actor {
    return new Actor(user, this.wire, { token: () => token });
  }

  /** Makes a service account that may do so much in the room's namespace, and waits until it may. */
  async account(name: string, rules: readonly Rule[]): Promise<Actor> {
    const { namespace, admin } = this;
    await admin.must("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
    const api = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const group = "rbac.authorization.k8s.io";
    if (rules.length > 0) {
      await admin.must("POST", `${api}/roles`, { apiVersion: `${group}/v1`, kind: "Role", metadata: { name }, rules });
      await admin.must("POST", `${api}/rolebindings`, {
        apiVersion: `${group}/v1`,
        kind: "RoleBinding",
        metadata: { name },
        roleRef: { apiGroup: group, kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      });
    }
    const actor = this.bearer(await this.token(name), `system:serviceaccount:${namespace}:${name}`);
    if (rules[0]) await this.#untilAllowed(actor, rules[0]);
    this.#kept.set(name, actor);
    return actor;
  }

  /** The account that `account` made. */
  as(name: string): Actor {
    const actor = this.#kept.get(name);
    if (!actor) throw new Error(`nobody is called ${name}`);
    return actor;
  }

  /** @returns a token of an account, by TokenRequest */
  async token(account: string, spec: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: TOKEN_SECONDS, ...spec } };
    const path = `/api/v1/namespaces/${this.namespace}/serviceaccounts/${account}/token`;
    return (await this.admin.must<{ status: { token: string } }>("POST", path, body)).status.token;
  }

  /** Called when the drill is over, last first. */
  atEnd(end: () => Promise<unknown>): void {
    this.#ends.push(end);
  }

  /** Takes away all that was made. @returns what is left */
  async close(): Promise<string[]> {
    const left: string[] = [];
    for (const end of this.#ends.splice(0).toReversed()) await end().catch((error) => left.push(String(error)));
    for (const name of this.#namespaces) if (!(await this.#removeNamespace(name))) left.push(`namespace ${name}`);
    return left;
  }

  async #removeNamespace(name: string): Promise<boolean> {
    const within = MADE.map((path) => `/${path.replace(/\/([^/]+)$/, `/namespaces/${name}/$1`)}`);
    const path = `/api/v1/namespaces/${name}`;
    const isGone = async () => (await this.admin.send({ method: "GET", path })).code === 404;
    await this.admin.send({ method: "DELETE", path });
    for (const one of within) await this.admin.send({ method: "DELETE", path: `${one}?gracePeriodSeconds=0&propagationPolicy=Background` });
    for (let waited = 0; waited < GONE_WAIT_MS; waited += 100) {
      if (await isGone()) return true;
      const isEmpty = (await Promise.all(within.map((one) => this.#count(one)))).every((count) => count === 0);
      // Where no controller empties namespaces, nobody else would say that this one is empty.
      if (isEmpty && waited >= EMPTY_WAIT_MS)
        await this.admin.send({ ...jsonPost(`${path}/finalize`, { ...namespaceObject(name), spec: { finalizers: [] } }), method: "PUT" });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return isGone();
  }

  async #count(path: string): Promise<number> {
    const { text, code } = await this.admin.send({ method: "GET", path });
    return code === 200 ? ((JSON.parse(text) as { items: unknown[] | null }).items?.length ?? 0) : 0;
  }

  /** A server may hear of a new role a little later. */
  async #untilAllowed(actor: Actor, { apiGroups, resources, verbs }: Rule): Promise<void> {
    const asked = { namespace: this.namespace, group: apiGroups[0], resource: resources[0], verb: verbs[0] };
    const review = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes: asked } };
    for (let waited = 0; waited < RIGHTS_WAIT_MS; waited += 50) {
      const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
      const { status } = await actor.must<{ status?: { allowed?: boolean } }>("POST", path, review);
      if (status?.allowed) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${actor.user} may still not ${verbs[0]} ${resources[0]}`);
  }
}

export function jsonPost(path: string, object: unknown): Sent {
  return { method: "POST", path, body: JSON.stringify(object), type: "application/json" };
}

function namespaceObject(name: string): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}
