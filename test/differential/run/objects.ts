/** Good objects to begin with: those of objects.yaml, with a name and with what their words stand for. */

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { kinds } from "../../../src/api/index.ts";
import { newAuthority } from "../../../src/machinery/certificates/issue.ts";
import { newKeyPair } from "../../../src/machinery/certificates/keys.ts";
import { newRequest } from "../../../src/machinery/certificates/request.ts";
import { isObject, type Plain } from "../../../src/machinery/plain.ts";
import type { Choices, Kind } from "../random-writes.ts";

const file = parse(readFileSync(`${import.meta.dirname}/objects.yaml`, "utf8")) as { names: Record<string, string>; objects: Record<string, Plain[]> };
const AUTHORITY = newAuthority({ commonName: "ca", lifetimeMs: 3_600_000, now: Date.now() }).cert;
const REQUEST = Buffer.from(newRequest(newKeyPair(), { commonName: "c", organizations: ["o"] })).toString("base64");

/** Where an object is to be made. */
export interface Spot {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  /** Of the collection. */
  readonly path: string;
}

/** Quotas and limits have a namespace of their own: they would change what others may do. */
const APART: ReadonlySet<string> = new Set(["resourcequotas", "limitranges"]);

/** @param number of the object in this run */
export function spot(kind: Kind, run: string, number: number): Spot {
  const namespace = APART.has(kind.resource) ? `${run}-apart` : run;
  const words = wordsOf(`${run}-${number}`, number, namespace);
  const name = filled(file.names[kind.resource] ?? "$NAME", words);
  const base = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
  return { kind, namespace, name: String(name), path: `${base}${kind.namespaced ? `/namespaces/${namespace}` : ""}/${kind.resource}` };
}

/** A good object of the kind for the spot. @param ofCustom what custom resources begin with */
export function goodObject(choices: Choices, { kind, namespace, name }: Spot, number: number, run: string, ofCustom: readonly Plain[]): Plain {
  const samples = kind.form ? ofCustom : (file.objects[`${kind.apiVersion}/${kind.resource}`] ?? []);
  const sample = samples.length > 0 ? choices.pick(samples) : {};
  const object = filled(sample, wordsOf(`${run}-${number}`, number, namespace)) as Plain;
  return { apiVersion: kind.apiVersion, kind: kind.name, ...object, metadata: { name, ...(object.metadata as Plain | undefined) } };
}

export const sampledKinds: readonly Kind[] = kinds.filter((kind) => file.objects[`${kind.apiVersion}/${kind.resource}`]);

function wordsOf(name: string, number: number, namespace: string): ReadonlyMap<string, string> {
  return new Map([
    ["$NAMESPACE", namespace],
    ["$NAME", name],
    ["$N", String(Math.floor(number / 250) % 250)],
    ["$M", String(1 + (number % 250))],
    ["$AUTHORITY", AUTHORITY],
    ["$REQUEST", REQUEST],
  ]);
}

function filled(value: unknown, words: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, words));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, filled(member, words)]));
  return typeof value === "string" ? value.replace(/\$[A-Z]+/g, (word) => words.get(word) ?? word) : value;
}
