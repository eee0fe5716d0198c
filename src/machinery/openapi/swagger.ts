/**
 * The OpenAPI v2 document, `/openapi/v2`, of everything that is served: what old clients and the fallbacks of kubectl read. It is made from the v3 documents, so that the
 * two can't differ, and says what they say in v2's words (kube-openapi, pkg/builder): one document, parameters that many operations have stand once.
 */

import { createHash } from "node:crypto";
import { compareUtf8 } from "../json/key-order.ts";
import { isObject } from "../plain.ts";
import { inEveryVersion } from "./registered-versions.ts";
import type { Json } from "./schemas.ts";
import { swaggerSchema } from "./swagger-schema.ts";

/** A part of the document that is in v2's form already: an aggregated API's own. */
export interface SwaggerPart {
  readonly paths?: Json;
  readonly definitions?: Json;
  readonly parameters?: Json;
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"];
/** The order in which media types stand. */
const RANKS = [
  "text/plain",
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/json;stream=watch",
  "application/vnd.kubernetes.protobuf;stream=watch",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];
/** What v3 counts among the kinds of its own version, and v2 among those of all. */
const EVERYWHERE: ReadonlyMap<string, string> = new Map([
  ["io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", "DeleteOptions"],
  ["io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent", "WatchEvent"],
]);
const SHARED_SCHEMA = "#/definitions/io.k8s.apimachinery";
const FRAME = {
  swagger: "2.0",
  info: { title: "Kubernetes", version: "1.37" },
};
const SECURITY = {
  securityDefinitions: { BearerToken: { description: "Bearer Token authentication", type: "apiKey", name: "authorization", in: "header" } },
  security: [{ BearerToken: [] }],
};

/** Collects documents; members are kept as JSON, so that the whole costs its text and no more. */
export class Swagger {
  readonly #paths = new Map<string, string>();
  readonly #definitions = new Map<string, string>();
  readonly #parameters = new Map<string, string>();

  /** Adds an OpenAPI v3 document. Definitions and paths that are there already stay. */
  add(document: Json): void {
    const { paths, components } = document;
    const schemas = isObject(components) && isObject(components.schemas) ? components.schemas : {};
    for (const [name, schema] of Object.entries(schemas)) {
      if (this.#definitions.has(name) || !isObject(schema)) continue;
      const kind = EVERYWHERE.get(name);
      const known = kind === undefined ? {} : { "x-kubernetes-group-version-kind": inEveryVersion(kind) };
      this.#definitions.set(name, JSON.stringify({ ...swaggerSchema(schema), ...known }));
    }
    for (const [path, item] of Object.entries(isObject(paths) ? paths : {})) {
      if (!this.#paths.has(path) && isObject(item)) this.#paths.set(path, JSON.stringify(this.#item(item)));
    }
  }

  /**
   * Adds what is v2 already. A definition that differs from one of the same name gets another name (`_v2`), and so do the references to it; a path that is there stays
   * (kube-openapi, pkg/aggregator).
   */
  merge({ paths = {}, definitions = {}, parameters = {} }: SwaggerPart): void {
    const renamed = new Map<string, string>();
    for (const [name, value] of Object.entries(definitions)) {
      const free = this.#nameFor(name, JSON.stringify(value));
      if (free !== name) renamed.set(`#/definitions/${name}`, `#/definitions/${free}`);
    }
    const text = (value: unknown): string => JSON.stringify(renamed.size === 0 ? value : pointedTo(value, renamed));
    for (const [name, value] of Object.entries(definitions)) {
      const own = renamed.get(`#/definitions/${name}`)?.slice("#/definitions/".length) ?? name;
      if (!this.#definitions.has(own)) this.#definitions.set(own, text(value));
    }
    for (const [name, value] of Object.entries(parameters)) if (!this.#parameters.has(name)) this.#parameters.set(name, text(value));
    for (const [path, value] of Object.entries(paths)) if (!this.#paths.has(path)) this.#paths.set(path, text(value));
  }

  /** @returns the document's JSON */
  text(): string {
    const frame = JSON.stringify(FRAME).slice(0, -1);
    const members = `"paths":${sorted(this.#paths)},"definitions":${sorted(this.#definitions)},"parameters":${sorted(this.#parameters)}`;
    return `${frame},${members},${JSON.stringify(SECURITY).slice(1)}`;
  }

  #nameFor(name: string, text: string): string {
    for (let version = 1; ; version++) {
      const own = version === 1 ? name : `${name}_v${version}`;
      const known = this.#definitions.get(own);
      if (known === undefined || known === text) return own;
    }
  }

  #item(item: Json): Json {
    const out: Json = {};
    for (const method of METHODS) if (isObject(item[method])) out[method] = this.#operation(item[method]);
    if (Array.isArray(item.parameters)) out.parameters = item.parameters.map((one: Json) => this.#hoisted(parameter(one)));
    return out;
  }

  #operation({ requestBody, parameters, responses, ...more }: Json): Json {
    const answers = Object.entries(isObject(responses) ? responses : {}).map(([code, answer]) => [code, response(answer as Json)] as const);
    const produces = mediaOf(Object.values(isObject(responses) ? responses : {}).find((answer) => isObject(answer) && isObject(answer.content)));
    const body = isObject(requestBody) ? [bodyParameter(requestBody)] : [];
    const own = [...body, ...(Array.isArray(parameters) ? parameters.map(parameter) : [])].toSorted(byName);
    const consumes = isObject(requestBody) ? mediaOf(requestBody) : consumedWithoutBody(more, produces, answers[0]?.[1]);
    return {
      ...(consumes && { consumes }),
      produces,
      schemes: ["https"],
      ...more,
      ...(own.length > 0 && { parameters: own.map((one) => this.#hoisted(one)) }),
      responses: Object.fromEntries(answers),
    };
  }

  /** @returns a reference to the parameter, which then stands once beside the paths; or itself, where it says something of its operation or old clients look for it there */
  #hoisted(parameter: Json): Json {
    const { name, in: place, schema } = parameter;
    const own = name === "name" || (place === "query" && (name === "fieldValidation" || name === "dryRun"));
    const ofKind = place === "body" && !(isObject(schema) && String(schema.$ref).startsWith(SHARED_SCHEMA));
    if (own || ofKind) return parameter;
    const text = JSON.stringify(parameter);
    const key = `${name}-${createHash("sha256").update(text).digest("base64url").slice(0, 8)}`;
    if (!this.#parameters.has(key)) this.#parameters.set(key, text);
    return { $ref: `#/parameters/${key}` };
  }
}

/** What a GET consumes is nothing; Kubernetes says so in three ways. */
function consumedWithoutBody(operation: Json, produces: readonly string[], answer: Json | undefined): readonly string[] | undefined {
  const builtIn = produces.includes("*/*") || produces.includes("application/vnd.kubernetes.protobuf");
  if (operation["x-kubernetes-action"] !== undefined) return builtIn ? ["*/*"] : produces;
  return isObject(answer?.schema) && answer.schema.$ref !== undefined ? produces : undefined;
}

function mediaOf(described: unknown): string[] {
  const content = isObject(described) && isObject(described.content) ? described.content : {};
  return Object.keys(content).toSorted((a, b) => RANKS.indexOf(a) - RANKS.indexOf(b));
}

function schemaOf(described: Json): Json | undefined {
  const [first] = Object.values(isObject(described.content) ? described.content : {});
  return isObject(first) && isObject(first.schema) ? swaggerSchema(first.schema) : undefined;
}

function response(answer: Json): Json {
  const schema = schemaOf(answer);
  return { description: answer.description, ...(schema && { schema }) };
}

function bodyParameter(body: Json): Json {
  return { name: "body", in: "body", ...(body.required === true && { required: true }), schema: schemaOf(body) };
}

function parameter({ schema, ...more }: Json): Json {
  return { ...(isObject(schema) && schema), ...more };
}

function byName(a: Json, b: Json): number {
  return compareUtf8(String(a.name), String(b.name));
}

function sorted(members: ReadonlyMap<string, string>): string {
  const names = [...members.keys()].sort(compareUtf8);
  return `{${names.map((name) => `${JSON.stringify(name)}:${members.get(name)}`).join(",")}}`;
}

/** @returns a copy in which references lead to where their definitions went */
function pointedTo(value: unknown, renamed: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => pointedTo(item, renamed));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === "$ref" && typeof member === "string" ? (renamed.get(member) ?? member) : pointedTo(member, renamed),
    ]),
  );
}
