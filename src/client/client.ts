/** The typed client: the verbs of the API over one transport, with Status errors thrown as StatusError. */

import type { KubeObject, Metadata } from "../api/kind.ts";
import type { DeleteChoice, Resource, ResourceName, Write } from "../api/resource.ts";
import { type FailureStatus, StatusError } from "../machinery/status/status-error.ts";
import type { Transport } from "./transport.ts";

export interface ListResult<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface Selectors {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface ListOptions extends Selectors {
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

export interface Preconditions {
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

/** `namespace` is `""` for cluster-scoped resources, and for lists over all namespaces. */
export function pathOf(resource: ResourceName, namespace: string, name = "", subresource = ""): string {
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : `/api/${resource.version}`;
  const scope = namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${scope}/${resource.resource}${name ? `/${encodeURIComponent(name)}` : ""}${subresource ? `/${subresource}` : ""}`;
}

function query(options: object): string {
  const parameters = new URLSearchParams(
    Object.entries(options).flatMap(([key, value]) => (value === undefined || value === "" ? [] : [[key, String(value)]])),
  );
  return parameters.size > 0 ? `?${parameters}` : "";
}

const PATCH_TYPES = {
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  json: "application/json-patch+json",
} as const;

export class Client {
  readonly transport: Transport;
  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** Any request whose answer is JSON. @throws StatusError for an answer of 400 and above */
  async json<T>(method: string, path: string, body?: unknown, contentType = "application/json", accept?: string): Promise<T> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const answer = await this.transport.request({ method, path, contentType: bytes && contentType, body: bytes, ...(accept && { accept }) });
    const text = answer.body.toString();
    if (answer.code >= 400) throw statusError(answer.code, text);
    return JSON.parse(text) as T;
  }

  get<T extends KubeObject>(resource: ResourceName & { readonly object?: T }, namespace: string, name: string): Promise<T> {
    return this.json("GET", pathOf(resource, namespace, name));
  }

  /** @returns the object, or undefined where there is none */
  async find<T extends KubeObject>(resource: ResourceName & { readonly object?: T }, namespace: string, name: string): Promise<T | undefined> {
    try {
      return await this.get(resource, namespace, name);
    } catch (error) {
      if (error instanceof StatusError && error.status.code === 404) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject>(
    resource: ResourceName & { readonly object?: T },
    namespace = "",
    options: ListOptions = {},
    how: { readonly accept?: string } = {},
  ): Promise<ListResult<T>> {
    const list = await this.json<{ items: T[] | null; metadata: { resourceVersion?: string; continue?: string } }>(
      "GET",
      pathOf(resource, namespace) + query(options),
      undefined,
      undefined,
      how.accept,
    );
    return {
      items: list.items ?? [],
      resourceVersion: list.metadata.resourceVersion ?? "",
      ...(list.metadata.continue && { continue: list.metadata.continue }),
    };
  }

  create<T extends KubeObject, N extends string>(resource: Resource<T, N>, object: T, subresource = ""): Promise<T> {
    return this.json(
      "POST",
      pathOf(resource, namespaceOf(resource, object), subresource ? object.metadata.name : "", subresource),
      typed(resource, object, subresource),
    );
  }

  update<T extends KubeObject, N extends string>(resource: Resource<T, N>, object: T, subresource = ""): Promise<T> {
    return this.json("PUT", pathOf(resource, namespaceOf(resource, object), object.metadata.name, subresource), typed(resource, object, subresource));
  }

  patch<T extends KubeObject, N extends string>(
    resource: Resource<T, N>,
    namespace: string,
    name: string,
    body: unknown,
    options: { readonly type?: keyof typeof PATCH_TYPES; readonly subresource?: string } = {},
  ): Promise<T> {
    return this.json("PATCH", pathOf(resource, namespace, name, options.subresource), body, PATCH_TYPES[options.type ?? "merge"]);
  }

  /** Server-side apply, by force. @param manager the field manager's name */
  apply<T extends KubeObject, N extends string>(resource: Resource<T, N>, object: T, manager: string): Promise<T> {
    const path = pathOf(resource, namespaceOf(resource, object), object.metadata.name) + query({ fieldManager: manager, force: true });
    return this.json("PATCH", path, typed(resource, object, ""), "application/apply-patch+yaml");
  }

  async delete(resource: ResourceName, namespace: string, name: string, choice: DeleteChoice & { readonly preconditions?: Preconditions } = {}): Promise<void> {
    await this.json("DELETE", pathOf(resource, namespace, name), { kind: "DeleteOptions", apiVersion: "v1", ...choice });
  }

  /** Carries out a write that a controller decided on. @returns the object as the server answered it (of a delete: a Status or the object) */
  perform(write: Write<string>): Promise<KubeObject> {
    const { on, object } = write;
    const path = pathOf(on, namespaceOf(on, object), write.verb === "create" ? "" : object.metadata.name, write.subresource);
    if (write.verb === "create") return this.json("POST", path, typed(on, object, ""));
    if (write.verb === "update") return this.json("PUT", path, typed(on, object, write.subresource ?? ""));
    if (write.verb === "patch") return this.json("PATCH", path, write.patch?.body, PATCH_TYPES[write.patch?.type ?? "merge"]);
    const uid = object.metadata.uid;
    return this.json("DELETE", path, { kind: "DeleteOptions", apiVersion: "v1", ...write.options, ...(uid && { preconditions: { uid } }) });
  }
}

function namespaceOf(resource: ResourceName, object: { metadata: Metadata }): string {
  return resource.namespaced ? (object.metadata.namespace ?? "") : "";
}

function typed(resource: ResourceName, object: KubeObject, subresource: string): unknown {
  return subresource && object.kind ? object : { kind: resource.kind, apiVersion: resource.apiVersion, ...object };
}

/** @returns the error that a refused request's body tells of */
export function statusError(code: number, text: string): StatusError {
  try {
    const status = JSON.parse(text) as Partial<FailureStatus> & { kind?: string };
    if (status.kind === "Status") {
      return new StatusError({
        code,
        reason: status.reason ?? "",
        message: status.message ?? "",
        ...(status.details && { details: status.details }),
        ...(status.metadata && { metadata: status.metadata }),
      });
    }
  } catch {
    // Not JSON: a proxy's page, or the text of a 404 or 429.
  }
  return new StatusError({ code, reason: "", message: text.trim() || `the server answered ${code}` });
}
