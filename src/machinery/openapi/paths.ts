/** The paths of one resource in an OpenAPI document, subresources and the old watch paths included. */

import type { SchemaResolver } from "../schema/build.ts";
import type { ResourceTable, SubresourceTable } from "../schema/table.ts";
import type { Operation, Subject } from "./operations.ts";
import * as operations from "./operations.ts";
import { optionParameters, type Parameter, PRETTY, pathParameter } from "./parameters.ts";
import { type Definitions, type Json, reference } from "./schemas.ts";

/** Resources whose delete answers with the object instead of a Status. */
const DELETE_ANSWERS_OBJECT: ReadonlySet<string> = new Set([
  "csidrivers",
  "csinodes",
  "deviceclasses",
  "persistentvolumeclaims",
  "persistentvolumes",
  "pods",
  "podtemplates",
  "resourceclaims",
  "resourceclaimtemplates",
  "resourcequotas",
  "resourceslices",
  "serviceaccounts",
  "services",
  "storageclasses",
  "volumeattachments",
  "volumeattributesclasses",
]);

const PATCH_DOCUMENT = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

export interface PathContext {
  /** `/apis/apps/v1`, `/api/v1` */
  readonly root: string;
  readonly tag: string;
  readonly prefix: string;
  readonly definitions: Definitions;
  readonly resolve: SchemaResolver;
}

/** @returns the items by path; definitions that they refer to are then in the context's */
export function pathsOf(row: ResourceTable, context: PathContext): [path: string, item: Json][] {
  return new ResourcePaths(row, context).all();
}

class ResourcePaths {
  readonly #row: ResourceTable;
  readonly #context: PathContext;
  readonly #items: [string, Json][] = [];
  readonly #scope: string;
  readonly #scoped: readonly Parameter[];
  readonly #noun: string;

  constructor(row: ResourceTable, context: PathContext) {
    this.#row = row;
    this.#context = context;
    this.#scope = row.namespaced ? "/namespaces/{namespace}" : "";
    this.#scoped = row.namespaced ? [pathParameter("namespace")] : [];
    this.#noun = `${row.namespaced ? "Namespaced" : ""}${row.kind}`;
  }

  all(): [string, Json][] {
    const row = this.#row;
    this.#collection();
    this.#object();
    if (row.namespaced && row.verbs.includes("list")) this.#everywhere();
    if (row.verbs.includes("watch")) this.#watches();
    for (const sub of row.subresources) this.#subresource(sub);
    return this.#items;
  }

  #add(path: string, list: readonly Operation[], own: readonly Parameter[]): void {
    if (list.length > 0) this.#items.push([`${this.#context.root}${path}`, operations.pathItem(list, own)]);
  }

  #subject(noun: string, gvk = this.#gvk()): Subject {
    return { gvk, tag: this.#context.tag, prefix: this.#context.prefix, noun };
  }

  #gvk(sub?: SubresourceTable): Subject["gvk"] {
    const { group, version, kind } = this.#row;
    return sub ? { group: sub.group ?? group, kind: sub.kind, version: sub.version ?? version } : { group, kind, version };
  }

  #struct(id: string): Json {
    return this.#context.definitions.struct(this.#context.resolve(id));
  }

  #listOf(): Json {
    return this.#struct(`${this.#row.struct}List`);
  }

  #collection(): void {
    const { verbs, struct, resource } = this.#row;
    const subject = this.#subject(this.#noun);
    const list: Operation[] = [];
    if (verbs.includes("list")) list.push(operations.list(subject, this.#listOf()));
    if (verbs.includes("create")) list.push(operations.create(subject, this.#struct(struct)));
    if (verbs.includes("deletecollection"))
      list.push(operations.removeCollection(subject, this.#struct("meta.v1.DeleteOptions"), this.#struct("meta.v1.Status")));
    this.#add(`${this.#scope}/${resource}`, list, [...this.#scoped, ...PRETTY]);
  }

  #object(): void {
    const { verbs, struct, resource } = this.#row;
    const subject = this.#subject(this.#noun);
    const list = this.#ofObject(subject, verbs, struct);
    if (verbs.includes("delete")) {
      const result = DELETE_ANSWERS_OBJECT.has(resource) ? struct : "meta.v1.Status";
      list.push(operations.remove(subject, this.#struct("meta.v1.DeleteOptions"), this.#struct(result)));
    }
    this.#add(`${this.#nested(resource)}/{name}`, list, [pathParameter("name"), ...this.#scoped, ...PRETTY]);
  }

  /** A namespace's own path has the parameter `name` where those below it have `namespace`. */
  #nested(resource: string): string {
    return `${this.#scope}/${resource}`;
  }

  #ofObject(subject: Subject, verbs: readonly string[], struct: string, types?: readonly string[]): Operation[] {
    const list: Operation[] = [];
    if (verbs.includes("get")) list.push(operations.read(subject, types ? { type: "string" } : this.#struct(struct), types));
    if (verbs.includes("update")) list.push(operations.replace(subject, this.#struct(struct)));
    if (verbs.includes("patch")) {
      this.#context.definitions.defined(PATCH_DOCUMENT, { type: "object" });
      list.push(operations.patch(subject, this.#struct(struct), reference(PATCH_DOCUMENT)));
    }
    return list;
  }

  #everywhere(): void {
    const { kind, resource } = this.#row;
    this.#add(`/${resource}`, [operations.list(this.#subject(kind), this.#listOf(), "ForAllNamespaces")], PRETTY);
  }

  #watches(): void {
    const { kind, namespaced, resource } = this.#row;
    const event = this.#struct("meta.v1.WatchEvent");
    if (namespaced) this.#add(`/watch/${resource}`, [operations.watch(this.#subject(kind), event, "watchlist", "ListForAllNamespaces")], PRETTY);
    this.#add(`/watch${this.#scope}/${resource}`, [operations.watch(this.#subject(this.#noun), event, "watchlist", "List")], [...this.#scoped, ...PRETTY]);
    this.#add(
      `/watch${this.#scope}/${resource}/{name}`,
      [operations.watch(this.#subject(this.#noun), event, "watch")],
      [pathParameter("name"), ...this.#scoped, ...PRETTY],
    );
  }

  #subresource(sub: SubresourceTable): void {
    const path = `${this.#nested(this.#row.resource)}/{name}/${sub.name}`;
    const own = [pathParameter("name"), ...this.#scoped];
    const noun = `${this.#noun}${sub.name.charAt(0).toUpperCase()}${sub.name.slice(1)}`;
    const subject = this.#subject(noun, this.#gvk(sub));
    if (sub.kind.endsWith("Options")) {
      this.#connection(sub, path, subject, own);
    } else if (sub.name === "log") {
      const options = optionParameters(this.#context.resolve("core.v1.PodLogOptions"));
      this.#add(path, this.#ofObject(subject, sub.verbs, sub.struct, operations.TEXT), [...own, ...options, ...PRETTY]);
    } else {
      const list = this.#ofObject(subject, sub.verbs, sub.struct);
      if (sub.verbs.includes("create")) list.push(operations.create(subject, this.#struct(sub.struct)));
      this.#add(path, list, [...own, ...PRETTY]);
    }
  }

  /** Exec, attach and the like take their options as parameters; proxies take every method and a path below. */
  #connection(sub: SubresourceTable, path: string, subject: Subject, own: readonly Parameter[]): void {
    const options = optionParameters(this.#context.resolve(sub.struct));
    if (sub.name !== "proxy") {
      this.#add(
        path,
        (["get", "post"] as const).map((method) => operations.connect(subject, method)),
        [...own, ...options],
      );
      return;
    }
    const methods = ["get", "put", "post", "patch", "delete", "head", "options"] as const;
    this.#add(
      path,
      methods.map((method) => operations.connect(subject, method)),
      [...own, ...options],
    );
    this.#add(
      `${path}/{path}`,
      methods.map((method) => operations.connect(subject, method, "WithPath")),
      [...own, ...options, pathParameter("path")],
    );
  }
}
