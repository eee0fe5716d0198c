/** Every way to say the same write: verb, patch format, wire form. A defence that holds in one spelling only is none. */

import { schema } from "../api/schemas.ts";
import type { JsonValue } from "../machinery/json/document.ts";
import { encodeProtobuf } from "../machinery/protobuf/envelope.ts";
import { encodeYaml } from "../machinery/yaml/encode.ts";
import type { Sent } from "./wire.ts";

/** An object as a drill writes it. */
export interface Sample {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface Spelled {
  readonly what: string;
  readonly sent: Sent;
}

export interface Writing {
  /** Path of the resource in its namespace. */
  readonly path: string;
  /** Id of the kind's schema: `core.v1.Pod`. */
  readonly schema: string;
}

const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** @returns the same object under another name */
export function named(object: Sample, name: string): Sample {
  return { ...object, metadata: { ...object.metadata, name } };
}

function bodies(object: Sample, schemaId: string): { what: string; type: string; body: string | Uint8Array }[] {
  return [
    { what: "JSON", type: "application/json", body: JSON.stringify(object) },
    { what: "YAML", type: "application/yaml", body: encodeYaml(object as JsonValue) },
    { what: "protobuf", type: PROTOBUF, body: encodeProtobuf(structuredClone(object), schema(schemaId)) },
  ];
}

/** @returns creation of the object in each form, by POST and by apply, each under a name of its own, and as a dry run */
export function everyCreation(object: Sample, { path, schema: id }: Writing): Spelled[] {
  const name = (suffix: string) => named(object, `${object.metadata.name}-${suffix}`);
  const posted = bodies(object, id).map(({ what }, index) => {
    const { type, body } = bodies(name(what.toLowerCase()), id)[index]!;
    return { what: `create as ${what}`, sent: { method: "POST", path, type, body } };
  });
  const dry = { method: "POST", path: `${path}?dryRun=All`, type: "application/json", body: JSON.stringify(name("dry")) };
  return [...posted, { what: "create as a dry run", sent: dry }, applied("create by apply", name("apply"), path)];
}

/** @returns each way to change what stands into `object`, which has the same name; `part` is the member that differs: `spec` */
export function everyChange(object: Sample, part: string, { path, schema: id }: Writing, subresources: readonly string[] = [""]): Spelled[] {
  return subresources.flatMap((subresource) => {
    const own = `${path}/${object.metadata.name}${subresource && `/${subresource}`}`;
    const of = subresource && ` of ${subresource}`;
    const puts = bodies(object, id).map(({ what, type, body }) => ({ what: `update${of} as ${what}`, sent: { method: "PUT", path: own, type, body } }));
    const patch = (what: string, kind: string, body: unknown): Spelled => ({
      what: `${what}${of}`,
      sent: { method: "PATCH", path: own, type: `application/${kind}+json`, body: JSON.stringify(body) },
    });
    return [
      ...puts,
      patch("JSON patch", "json-patch", [{ op: "replace", path: `/${part}`, value: object[part] }]),
      patch("merge patch", "merge-patch", { [part]: object[part] }),
      patch("strategic patch", "strategic-merge-patch", { [part]: object[part] }),
      applied(`apply${of}`, object, path, subresource),
    ];
  });
}

function applied(what: string, object: Sample, path: string, subresource = ""): Spelled {
  const own = `${path}/${object.metadata.name}${subresource && `/${subresource}`}?fieldManager=drill&force=true`;
  return { what, sent: { method: "PATCH", path: own, type: "application/apply-patch+yaml", body: encodeYaml(object as JsonValue) } };
}
