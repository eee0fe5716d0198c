/** What the differential scripts share: a client of a server by its kubeconfig, numbers from a seed, and random objects to write. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { parse } from "yaml";
import { kinds } from "../../src/api/index.ts";
import { endpointFields } from "../../src/api/meta/reset-fields.ts";
import type { Plain } from "../../src/machinery/plain.ts";

export interface Answer {
  readonly code: number;
  readonly body: Plain;
  readonly warnings: readonly string[];
}

export type Ask = (method: string, path: string, body?: unknown, type?: string, accept?: string) => Promise<Answer>;

/** A client with the kubeconfig's client certificate. @returns how to ask, and how to hang up */
export function clientOf(file: string): { ask: Ask; close(): void } {
  const config = parse(readFileSync(file, "utf8"));
  const server = new URL(config.clusters[0].cluster.server);
  const decoded = (text: string): Buffer => Buffer.from(text, "base64");
  const agent = new Agent({
    ca: decoded(config.clusters[0].cluster["certificate-authority-data"]),
    cert: decoded(config.users[0].user["client-certificate-data"]),
    key: decoded(config.users[0].user["client-key-data"]),
    keepAlive: true,
  });
  const ask: Ask = (method, path, body, type = "application/json", accept = "application/json") =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? "" : JSON.stringify(body);
      const headers = { "content-type": type, accept, "user-agent": "differ", ...(text && { "content-length": Buffer.byteLength(text) }) };
      const sent = request({ host: server.hostname, port: server.port, agent, method, path, headers }, (answer) => {
        const parts: Buffer[] = [];
        const warnings = [answer.headers.warning ?? []].flat();
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => resolve({ code: answer.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString()), warnings }));
      });
      sent.on("error", reject);
      sent.end(text);
    });
  return { ask, close: () => agent.destroy() };
}

/** Not every refusal is a Status. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}

/** Choices that a seed repeats. */
export class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
  /** Some of the list, in some order. */
  some<T>(list: readonly T[]): T[] {
    return list.filter(() => this.below(2) === 0).sort(() => this.below(3) - 1);
  }
}

export type Kind = (typeof kinds)[number];

/** An object to be written at random. */
export interface Subject {
  readonly kind: Kind;
  readonly path: string;
  readonly fields: ReturnType<typeof endpointFields>;
  /** @param full whether all that the kind requires is there */
  document(full: boolean): Plain;
}

const KEYS = ["a", "b", "c", "d"];
const NAMES = ["a", "b", "c"];

const dropEmpty = (object: Plain): Plain => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** The objects of one round. */
export class Subjects {
  readonly #choices: Choices;
  readonly #name: string;

  constructor(choices: Choices, round: number) {
    this.#choices = choices;
    this.#name = `differ-${round}`;
  }

  all(): Subject[] {
    return [this.#configMap(), this.#deployment(), this.#service()];
  }

  /** A patch document of one of the forms, for the object as it stands. */
  patch(subject: Subject): { type: string; document: unknown } {
    const { below, pick, some } = bound(this.#choices);
    const form = pick(["merge", "strategic", "json"] as const);
    if (form !== "json") {
      const document =
        below(2) === 0 ? subject.document(true) : { metadata: { labels: Object.fromEntries(some(KEYS).map((key) => [key, pick(["1", null])])) } };
      return { type: form === "merge" ? "application/merge-patch+json" : "application/strategic-merge-patch+json", document };
    }
    const operations = [
      { op: "add", path: "/metadata/labels", value: this.#values() },
      { op: "remove", path: "/metadata/annotations" },
      { op: "add", path: "/data/a", value: "9" },
      { op: "add", path: "/spec/template/spec/containers/0/resources/limits", value: { cpu: "1" } },
      { op: "add", path: "/spec/template/spec/containers/-", value: this.#container("d") },
      { op: "test", path: "/spec/replicas", value: 1 },
      { op: "copy", from: "/metadata/labels", path: "/metadata/annotations" },
      { op: "move", from: "/spec/template/spec/containers/0/args", path: "/spec/template/spec/containers/0/command" },
      { op: "replace", path: "/spec/template/spec/containers/0/image", value: "i:9" },
      { op: "replace", path: "/spec/ports/0/name", value: "z" },
    ];
    return { type: "application/json-patch+json", document: some(operations).slice(0, 2) };
  }

  #subject(apiVersion: string, kindName: string, base: string, document: (full: boolean) => Plain): Subject {
    const kind = kinds.find((one) => one.apiVersion === apiVersion && one.name === kindName) ?? assert.fail(`no ${kindName}`);
    return {
      kind,
      path: `${base}/namespaces/default/${kind.resource}/${this.#name}`,
      fields: endpointFields(kind.table, ""),
      document: (full) => dropEmpty({ apiVersion, kind: kindName, metadata: this.#metadata(), ...document(full) }),
    };
  }

  #values(): Plain {
    return Object.fromEntries(this.#choices.some(KEYS).map((key) => [key, this.#choices.pick(["1", "2"])]));
  }

  #metadata(): Plain {
    const { below, some } = bound(this.#choices);
    return dropEmpty({
      name: this.#name,
      labels: below(2) ? this.#values() : undefined,
      annotations: below(3) === 0 ? this.#values() : undefined,
      finalizers: below(3) === 0 ? some(["x.io/a", "x.io/b", "x.io/c"]) : undefined,
    });
  }

  #configMap(): Subject {
    return this.#subject("v1", "ConfigMap", "/api/v1", () => ({ data: this.#choices.below(4) ? this.#values() : undefined }));
  }

  #service(): Subject {
    const { below, pick, some } = bound(this.#choices);
    return this.#subject("v1", "Service", "/api/v1", () => ({
      spec: dropEmpty({
        clusterIP: "None",
        selector: below(2) ? this.#values() : undefined,
        sessionAffinity: pick([undefined, "None"]),
        ports: some(NAMES).map((name, i) =>
          dropEmpty({ name, port: 80 + i, protocol: pick([undefined, "TCP", "UDP"]), targetPort: pick([undefined, 8080, "web"]) }),
        ),
      }),
    }));
  }

  #container(name: string): Plain {
    const { below, pick, some } = bound(this.#choices);
    return dropEmpty({
      name,
      image: pick(["i:1", "i:2"]),
      args: below(3) === 0 ? some(KEYS) : undefined,
      env: below(2) ? some(KEYS).map((key) => ({ name: key, value: pick(["1", "2"]) })) : undefined,
      ports: below(3) === 0 ? some([80, 81]).map((containerPort) => dropEmpty({ containerPort, protocol: pick([undefined, "TCP", "UDP"]) })) : undefined,
      resources: below(3) === 0 ? { limits: dropEmpty({ cpu: pick(["1", "2", undefined]), memory: pick(["1Gi", undefined]) }) } : undefined,
    });
  }

  #deployment(): Subject {
    const { below, pick, some } = bound(this.#choices);
    return this.#subject("apps/v1", "Deployment", "/apis/apps/v1", (full) => {
      const names = some(NAMES);
      return {
        spec: dropEmpty({
          replicas: pick([0, 1, 2, undefined]),
          selector: full ? { matchLabels: { app: "x" } } : undefined,
          strategy: below(4) === 0 ? { type: "RollingUpdate", rollingUpdate: { maxSurge: pick([1, "50%"]) } } : undefined,
          template: {
            metadata: { labels: { app: "x", ...this.#values() } },
            spec: dropEmpty({
              containers: (full && names.length === 0 ? ["a"] : names).map((name) => this.#container(name)),
              nodeSelector: below(3) === 0 ? this.#values() : undefined,
              tolerations: below(4) === 0 ? some(KEYS).map((key) => ({ key, operator: "Exists" })) : undefined,
            }),
          },
        }),
      };
    });
  }
}

function bound(choices: Choices): { below(limit: number): number; pick<T>(list: readonly T[]): T; some<T>(list: readonly T[]): T[] } {
  return { below: (limit) => choices.below(limit), pick: (list) => choices.pick(list), some: (list) => choices.some(list) };
}

/** Forgets the object, whatever holds it. */
export async function forget(ask: Ask, path: string): Promise<void> {
  await ask("PATCH", path, { metadata: { finalizers: null } }, "application/merge-patch+json");
  await ask("DELETE", path);
}
