/** An extension server's OpenAPI documents, as far as they are about its own group and version: v3 as it is, of v2 the paths and what they refer to. */

import { createHash } from "node:crypto";
import type { OpenApiPart } from "../../machinery/openapi/document.ts";
import { isObject, type Plain } from "../../machinery/plain.ts";
import type { Connection } from "./connection.ts";
import type { RemoteApi } from "./remote-apis.ts";

const JSON_ONLY = { accept: "application/json" };

/** @param before what was read last. @returns the same part where nothing has changed; undefined where the server has no documents */
export async function describeRemote(
  connection: Connection,
  api: RemoteApi,
  before: RemotePart | undefined,
  signal: AbortSignal,
): Promise<RemotePart | undefined> {
  const path = api.group === "" ? `api/${api.version}` : `apis/${api.group}/${api.version}`;
  const v3 = await documentV3(connection, api, path, signal);
  const v2 = await fetched(connection, api, "/openapi/v2", signal);
  if (!v3 && !v2) return undefined;
  const tag = createHash("sha256")
    .update(v3 ?? "")
    .update("\n")
    .update(v2 ?? "")
    .digest("hex");
  if (before?.tag === tag) return before;
  return {
    tag,
    part: { path, ...(v3 && { document: () => parsed(v3) }), ...(v2 && { swagger: () => ownPart(parsed(v2), `/${path}/`) }) },
  };
}

export interface RemotePart {
  readonly tag: string;
  readonly part: OpenApiPart;
}

async function documentV3(connection: Connection, api: RemoteApi, path: string, signal: AbortSignal): Promise<Buffer | undefined> {
  const index = await fetched(connection, api, "/openapi/v3", signal);
  if (!index) return undefined;
  const { paths } = parsed(index);
  const entry = isObject(paths) && Object.hasOwn(paths, path) ? paths[path] : undefined;
  const url = isObject(entry) && typeof entry.serverRelativeURL === "string" ? entry.serverRelativeURL : undefined;
  return url?.startsWith("/openapi/v3/") ? fetched(connection, api, url, signal) : undefined;
}

async function fetched(connection: Connection, api: RemoteApi, path: string, signal: AbortSignal): Promise<Buffer | undefined> {
  const { code, body } = await connection.get(api, path, JSON_ONLY, signal);
  return code === 200 ? body : undefined;
}

function parsed(bytes: Buffer): Plain {
  const document: unknown = JSON.parse(bytes.toString());
  return isObject(document) ? document : {};
}

/** The paths of one version, and what they lead to by reference. */
function ownPart(document: Plain, prefix: string): { paths: Plain; definitions: Plain; parameters: Plain } {
  const member = (name: string): Plain => (isObject(document[name]) ? document[name] : {});
  const paths = Object.fromEntries(Object.entries(member("paths")).filter(([path]) => path.startsWith(prefix)));
  const definitions = new Map<string, unknown>();
  const parameters = new Map<string, unknown>();
  const queue: unknown[] = [paths];
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    for (const reference of referencesIn(value)) {
      const [, kind = "", name = ""] = reference.split("/");
      const [found, source] = kind === "definitions" ? [definitions, member("definitions")] : [parameters, member("parameters")];
      if (found.has(name) || !Object.hasOwn(source, name)) continue;
      found.set(name, source[name]);
      queue.push(source[name]);
    }
  }
  return { paths, definitions: Object.fromEntries(definitions), parameters: Object.fromEntries(parameters) };
}

function* referencesIn(value: unknown): Generator<string> {
  const queue: unknown[] = [value];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const reference = (next as Plain).$ref;
    if (typeof reference === "string") yield reference;
    queue.push(...Object.values(next).filter((one) => one !== undefined));
  }
}
