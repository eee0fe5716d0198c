/** OpenAPI v3 documents, one for each group and version: what kubectl explain, apply and every client generator read. */

import type { SchemaResolver } from "../schema/build.ts";
import type { ResourceTable } from "../schema/table.ts";
import { describeMetadata } from "./metadata-prose.ts";
import { LIST, RESOURCE_VERSION } from "./parameters.ts";
import { pathsOf } from "./paths.ts";
import { inEveryVersion } from "./registered-versions.ts";
import { Definitions, type GroupVersionKind, type Json } from "./schemas.ts";
import type { SwaggerPart } from "./swagger.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** Structs of meta.v1 that every version counts among its own kinds. */
const OPTION_KINDS = ["DeleteOptions", "WatchEvent"];
const META_KINDS = ["APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status"];

export interface OpenApiSource {
  readonly rows: readonly ResourceTable[];
  readonly resolve: SchemaResolver;
  /** What no row describes. A part takes the place of the rows of its group and version. */
  readonly parts?: readonly OpenApiPart[];
}

/** The document of something that isn't built in: the custom resources of a group and version, or what an aggregated API serves. When what it says changes, it is another part. */
export interface OpenApiPart {
  /** Behind `/openapi/v3/`: `apis/example.com/v1` */
  readonly path: string;
  /** In OpenAPI v3, descriptions included; absent where an aggregated API has only v2. */
  readonly document?: () => Json | Promise<Json>;
  /** The v3 document that v2 is made from, where that isn't the one that is served. */
  readonly forSwagger?: () => Json | Promise<Json>;
  /** What v2 shows, where that isn't the v3 document in v2's words. */
  readonly swagger?: () => SwaggerPart | Promise<SwaggerPart>;
}

/** @returns the document of `/openapi/v3/apis/GROUP/VERSION` (`/openapi/v3/api/VERSION` for the core group) */
export function openApiDocument(source: OpenApiSource, group: string, version: string): Json {
  const rows = source.rows.filter((row) => row.group === group && row.version === version);
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const joined = group === "" ? "Core" : joinedName(group);
  const tag = `${lowerFirst(joined)}_${version}`;
  const prefix = `${joined}${version.charAt(0).toUpperCase()}${version.slice(1)}`;
  const definitions = new Definitions(kindsOf(source, group, version));
  const context = { root, tag, prefix, definitions, resolve: source.resolve };
  const list = definitions.struct(source.resolve("meta.v1.APIResourceList"));
  const paths: [string, Json][] = [[`${root}/`, information(`get${prefix}APIResources`, tag, list)]];
  for (const row of rows) paths.push(...pathsOf(row, context));
  return document(paths, definitions);
}

/** @returns the document of `/openapi/v3/apis/GROUP` */
export function groupDocument(source: OpenApiSource, group: string): Json {
  const joined = joinedName(group);
  const definitions = new Definitions(kindsOf(source, "", "v1"));
  const schema = definitions.struct(source.resolve("meta.v1.APIGroup"));
  return document([[`/apis/${group}/`, information(`get${joined}APIGroup`, lowerFirst(joined), schema)]], definitions);
}

/** @returns the documents that are the same whatever is served: of `/api`, `/apis`, `/version` and the issuer of service-account tokens */
export function fixedDocuments(source: OpenApiSource): Readonly<Record<string, () => Json>> {
  const one = (path: string, id: string, tag: string, types?: readonly string[], schema?: (definitions: Definitions) => Json) => (): Json => {
    const definitions = new Definitions(kindsOf(source, "", "v1"));
    return document([[`/${path}/`, information(id, tag, schema?.(definitions) ?? { type: "string" }, types)]], definitions);
  };
  const struct = (id: string) => (definitions: Definitions) => definitions.struct(source.resolve(id));
  return {
    ".well-known/openid-configuration": one(".well-known/openid-configuration", "getServiceAccountIssuerOpenIDConfiguration", "WellKnown", [
      "application/json",
    ]),
    api: one("api", "getCoreAPIVersions", "core", undefined, struct("meta.v1.APIVersions")),
    apis: one("apis", "getAPIVersions", "apis", undefined, struct("meta.v1.APIGroupList")),
    "openid/v1/jwks": one("openid/v1/jwks", "getServiceAccountIssuerOpenIDKeyset", "openid", ["application/jwk-set+json"]),
    version: one("version", "getCodeVersion", "version", ["application/json"], (definitions) =>
      definitions.defined("io.k8s.apimachinery.pkg.version.Info", versionInfo()),
    ),
  };
}

function versionInfo(): Json {
  const always = ["major", "minor", "gitVersion", "gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"];
  const sometimes = ["emulationMajor", "emulationMinor", "minCompatibilityMajor", "minCompatibilityMinor"];
  const properties = [...always.map((name) => [name, { type: "string", default: "" }]), ...sometimes.map((name) => [name, { type: "string" }])];
  return { type: "object", required: always, properties: Object.fromEntries(properties) };
}

/** `rbac.authorization.k8s.io` is `RbacAuthorization` in operation ids. */
function joinedName(group: string): string {
  const names = group.replace(/\.k8s\.io$/, "").split(".");
  return names.map((name) => name.charAt(0).toUpperCase() + name.slice(1)).join("");
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

const FORMS: readonly string[] = ["application/json", "application/vnd.kubernetes.protobuf", "application/yaml"];

function information(operationId: string, tag: string, schema: Json, types = FORMS): Json {
  const content = Object.fromEntries(types.map((type) => [type, { schema }]));
  return { get: { tags: [tag], operationId, responses: { "200": { description: "OK", content }, "401": { description: "Unauthorized" } } } };
}

function document(paths: readonly [string, Json][], definitions: Definitions): Json {
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "1.37" },
    paths: Object.fromEntries(paths.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      ...(definitions.size > 0 && { schemas: definitions.all() }),
      securitySchemes: { BearerToken: { type: "apiKey", in: "header", name: "authorization", description: "Bearer token" } },
    },
  };
}

/** Which structs are kinds, by OpenAPI name: those of all rows, their lists, and what meta.v1 has. */
function kindsOf({ rows, resolve }: OpenApiSource, group: string, version: string): ReadonlyMap<string, readonly GroupVersionKind[]> {
  const kinds = new Map<string, GroupVersionKind[]>();
  const note = (name: string, kind: GroupVersionKind): void => {
    const known = kinds.get(name);
    if (known === undefined) kinds.set(name, [kind]);
    else if (!known.some((one) => one.group === kind.group && one.version === kind.version && one.kind === kind.kind)) known.push(kind);
  };
  for (const kind of META_KINDS) note(`${META}.${kind}`, { group: "", kind, version: "v1" });
  for (const kind of OPTION_KINDS) {
    note(`${META}.${kind}`, { group: "", kind, version: "v1" });
    note(`${META}.${kind}`, { group, kind, version });
  }
  for (const row of rows) {
    note(resolve(row.struct).openapi, { group: row.group, kind: row.kind, version: row.version });
    if (row.verbs.includes("list")) note(resolve(`${row.struct}List`).openapi, { group: row.group, kind: `${row.kind}List`, version: row.version });
    for (const sub of row.subresources) {
      if (sub.struct === row.struct || sub.kind.endsWith("Options")) continue;
      note(resolve(sub.struct).openapi, { group: sub.group ?? row.group, kind: sub.kind, version: sub.version ?? row.version });
    }
  }
  return kinds;
}

/** What has no table of its own: the custom resources of one group and version. */
export interface CustomSource {
  readonly group: string;
  readonly version: string;
  readonly rows: readonly ResourceTable[];
  /** Finds built-in structs, and what stands for the custom ones. */
  readonly resolve: SchemaResolver;
  /** Adds the definitions of the resources and their lists. */
  define(definitions: Definitions): void;
}

/** @returns the document of `/openapi/v3/apis/GROUP/VERSION` of custom resources: no protobuf, no strategic merge, no old watch paths (k8s.io/apiextensions-apiserver pkg/controller/openapi/builder) */
export function customDocument({ group, version, rows, resolve, define }: CustomSource): Json {
  const joined = joinedName(group);
  const prefix = `${joined}${version.charAt(0).toUpperCase()}${version.slice(1)}`;
  const definitions = new Definitions(new Map([...kindsOf({ rows: [], resolve }, group, version), ...KINDS_BESIDE_CUSTOM]));
  define(definitions);
  const context = { root: `/apis/${group}/${version}`, tag: `${lowerFirst(joined)}_${version}`, prefix, definitions, resolve };
  const shown = rows.map((row) => ({ ...row, verbs: row.verbs.filter((verb) => verb !== "watch") }));
  const paths = shown.flatMap((row) => pathsOf(row, context).map(([path, item]): [string, Json] => [path, narrowed(item, row)]));
  const schemas = definitions.all();
  describeMetadata(schemas);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes CRD Swagger", version: "v0.1.0" },
    paths: Object.fromEntries(paths.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: { schemas },
  };
}

/** What the documents of custom resources refer to, and as which kinds: those of the server proper. */
const KINDS_BESIDE_CUSTOM: readonly (readonly [name: string, kinds: readonly GroupVersionKind[]])[] = [
  [
    `${META}.DeleteOptions`,
    inEveryVersion("DeleteOptions").filter(({ group }) => !/^(?:admission|apiextensions|apiregistration|imagepolicy)\.k8s\.io$/.test(group)),
  ],
  ["io.k8s.api.autoscaling.v1.Scale", [{ group: "autoscaling", kind: "Scale", version: "v1" }]],
];

const TEXT_FORMS: readonly string[] = ["application/json", "application/yaml"];

/** The operations of a path in the forms that custom resources have. */
function narrowed(item: Json, { group, version, kind }: ResourceTable): Json {
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]) => {
      if (method === "parameters") return [method, operation];
      const { requestBody, responses, ...more } = operation as Json & { requestBody?: Json; responses: Record<string, Json> };
      const body = more["x-kubernetes-action"] === "deletecollection" ? undefined : requestBody;
      const codes = Object.entries(responses).filter(([code]) => method !== "patch" || code !== "201");
      return [
        method,
        {
          ...more,
          ...customFacts(more, { group, kind, version }),
          ...(body && { requestBody: inTextForms(body) }),
          responses: Object.fromEntries(codes.map(([code, answer]) => [code, inTextForms(answer)])),
        },
      ];
    }),
  );
}

/** What these operations say otherwise: reads know versions, deletes of collections select as lists do, and everything is about the resource's own kind. */
function customFacts(operation: Json, kind: GroupVersionKind): Json {
  const action = operation["x-kubernetes-action"];
  const selects = action === "deletecollection" ? LIST : action === "get" ? [RESOURCE_VERSION] : undefined;
  return { ...(selects && { parameters: selects }), "x-kubernetes-group-version-kind": kind };
}

function inTextForms(described: Json): Json {
  const { content, ...more } = described as Json & { content?: Json };
  if (!content) return described;
  const any = content["*/*"];
  const kept = any
    ? TEXT_FORMS.map((type) => [type, any])
    : Object.entries(content).filter(([type]) => TEXT_FORMS.includes(type) || (/[-+](?:json|yaml|patch\+yaml)$/.test(type) && !type.includes("strategic")));
  return { ...more, content: Object.fromEntries(kept) };
}
