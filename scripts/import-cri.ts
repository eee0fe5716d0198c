/** Turns CRI's api.proto into the committed table (cri.json, without prose) and its TypeScript types (cri.ts). Run by import-cri.sh. */

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

/** The part of a protobufjs descriptor that is read here. */
interface Descriptor {
  nested?: Record<string, Descriptor>;
  fields?: Record<string, { type: string; id: number; rule?: string; keyType?: string; options?: { deprecated?: boolean } }>;
  values?: Record<string, number>;
  methods?: Record<string, { requestType: string; responseType: string; responseStream?: boolean }>;
}

const OUT = "src/node/runtime/cri";
const SCALARS: Record<string, string> = { string: "string", bool: "boolean", bytes: "Buffer", double: "number", float: "number" };
for (const type of ["int32", "uint32", "int64", "uint64"]) SCALARS[type] = "number";

/** protobufjs comes with @grpc/proto-loader, which reads the table at run time. */
const load = createRequire(createRequire(import.meta.url).resolve("@grpc/proto-loader"))("protobufjs") as {
  loadSync(file: string, options: object): { toJSON(options: object): Descriptor };
  Root: new () => { loadSync(file: string, options: object): { toJSON(options: object): Descriptor } };
};

function typeOf(field: { type: string; rule?: string; keyType?: string }): string {
  const single = SCALARS[field.type] ?? field.type.replace(/^.*\./, "");
  if (field.keyType) return `Record<string, ${single}>`;
  return field.rule === "repeated" ? `${single}[]` : single;
}

function declare(name: string, item: Descriptor): string[] {
  const inner = Object.entries(item.nested ?? {}).flatMap(([innerName, innerItem]) => declare(innerName, innerItem));
  if (item.values)
    return [
      `export type ${name} = ${Object.keys(item.values)
        .map((value) => JSON.stringify(value))
        .join(" | ")};`,
    ];
  if (item.methods) {
    const rows = Object.entries(item.methods).filter(([, method]) => !method.responseStream);
    return [`export interface ${name} {`, ...rows.map(([method, types]) => `  ${method}: [${types.requestType}, ${types.responseType}];`), "}"];
  }
  if (!item.fields) return inner;
  if (Object.keys(item.fields).length === 0) return [`export type ${name} = object;`, ...inner];
  return [`export interface ${name} {`, ...Object.entries(item.fields).map(([field, type]) => `  ${field}?: ${typeOf(type)};`), "}", ...inner];
}

const [file, module] = process.argv.slice(2);
if (!file || !module) throw new Error("usage: import-cri.ts API.PROTO MODULE");
const table = new load.Root().loadSync(file, { keepCase: true }).toJSON({ keepComments: false });
writeFileSync(`${OUT}/cri.json`, JSON.stringify(table));
const version = table.nested?.runtime?.nested?.v1;
if (!version?.nested) throw new Error(`${file} declares no package runtime.v1`);
const types = Object.entries(version.nested).flatMap(([name, item]) => declare(name, item));
writeFileSync(
  `${OUT}/cri.ts`,
  [
    `/** CRI v1's messages, imported from ${module} by scripts/import-cri.sh: don't edit. A service lists its calls as [request, response]. */`,
    "",
    ...types,
    "",
  ].join("\n"),
);
