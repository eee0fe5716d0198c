/** Conversion by a webhook: objects go out in one version and come back in another, and nothing but labels and annotations of their metadata may have changed (k8s.io/apiextensions-apiserver pkg/apiserver/conversion). */

import type { CustomResourceDefinition, WebhookConversion } from "../../api/tables/apiextensions-v1.ts";
import { isQualifiedName, isValidLabelValue } from "../../machinery/names.ts";
import { isObject, own, type Plain } from "../../machinery/plain.ts";
import type { Random } from "../../machinery/random.ts";
import { StatusError } from "../../machinery/status/status-error.ts";
import { copyJson } from "../../machinery/structural/defaults.ts";
import { type TracedCall, type WebhookClient, WebhookError } from "../../machinery/webhook.ts";
import { encodeSorted, parse } from "./document.ts";

const TIMEOUT_MS = 30_000;
/** Objects in one question, and how large it may become. */
const OBJECTS_MAX = 500;
const QUESTION_BYTES_MAX = 4 << 20;
const ANSWER_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };
const REVIEW_VERSIONS: readonly string[] = ["v1", "v1beta1"];

/** Converts objects of one kind; throws a StatusError where that fails. Their metadata are JSON, with the resourceVersion. */
export type Convert = (objects: readonly Plain[], apiVersion: string) => Promise<Plain[]>;

export interface ConversionFacts {
  readonly webhooks: WebhookClient | undefined;
  readonly random: Random;
  /** Begins a call to a webhook, where it is traced: many requests may wait for one conversion, so it is part of none. */
  traced?(): TracedCall | undefined;
}

/** @returns undefined where versions differ by nothing but their number */
export function conversionOf({ spec }: CustomResourceDefinition, facts: ConversionFacts): Convert | undefined {
  const { webhook, strategy } = spec.conversion ?? {};
  if (strategy !== "Webhook" || !webhook) return undefined;
  return async (objects, apiVersion) => {
    const converted: Plain[] = [];
    for (const batch of batches(objects)) converted.push(...(await ask(webhook, batch, apiVersion, facts)));
    return converted;
  };
}

function* batches(objects: readonly Plain[]): Generator<Plain[]> {
  let batch: Plain[] = [];
  let bytes = 0;
  for (const object of objects) {
    bytes += encodeSorted(object).length;
    if (batch.length > 0 && (batch.length >= OBJECTS_MAX || bytes > QUESTION_BYTES_MAX)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(object);
  }
  if (batch.length > 0) yield batch;
}

async function ask(webhook: WebhookConversion, objects: readonly Plain[], apiVersion: string, { webhooks, random, traced }: ConversionFacts): Promise<Plain[]> {
  const named = nameOf(objects[0]!);
  const version = webhook.conversionReviewVersions?.find((one) => REVIEW_VERSIONS.includes(one));
  if (!version) throw failed("no supported conversion review versions");
  if (!webhooks) throw failed(`${named} failed: webhooks can't be reached from here`);
  const uid = random.uuid();
  const question = { kind: "ConversionReview", apiVersion: `apiextensions.k8s.io/${version}`, request: { uid, desiredAPIVersion: apiVersion, objects } };
  let answer: unknown;
  try {
    const how = { timeoutMs: TIMEOUT_MS, traced: traced?.() };
    answer = parse(await webhooks.post(webhook.clientConfig ?? {}, encodeSorted(question), how), ANSWER_BUDGET).value;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw failed(`${named} failed: ${error instanceof WebhookError || error.name === "DecodeError" ? error.message : String(error)}`);
  }
  const found = answered(answer, uid, version);
  if (typeof found === "string") throw failed(`${named} failed: ${found}`);
  if (found.length !== objects.length) throw failed(`${named} returned ${found.length} objects, expected ${objects.length}`);
  return found.map((one, i) => {
    const wrong = complaint(objects[i]!, one, apiVersion);
    if (wrong) throw failed(`${named} returned invalid ${wrong[0]} at index ${i}: ${wrong[1]}`);
    return restored(objects[i]!, one as Plain);
  });
}

function nameOf({ apiVersion, kind }: Plain): string {
  return `conversion webhook for ${apiVersion}, Kind=${kind}`;
}

function failed(message: string): StatusError {
  return new StatusError({ code: 500, reason: "", message });
}

/** @returns the converted objects, or what is wrong with the answer */
function answered(review: unknown, uid: string, version: string): readonly unknown[] | string {
  if (!isObject(review)) return "no response provided";
  const { apiVersion = "", kind = "" } = review;
  if (version === "v1" && (apiVersion !== "apiextensions.k8s.io/v1" || kind !== "ConversionReview")) {
    return `expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got ${apiVersion}, Kind=${kind}`;
  }
  const { response } = review;
  if (!isObject(response)) return "no response provided";
  if (version === "v1" && response.uid !== uid) return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`;
  const result = isObject(response.result) ? response.result : {};
  if (result.status !== "Success") {
    return typeof result.message === "string" && result.message !== "" ? result.message : `response.result.status was '${result.status ?? ""}', not 'Success'`;
  }
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
}

/** What is wrong with a converted object: the object itself, or its metadata. */
function complaint(original: Plain, converted: unknown, apiVersion: string): readonly ["converted object" | "metadata in object", string] | undefined {
  if (!isObject(converted)) return ["converted object", "Object 'Kind' is missing"];
  if (converted.apiVersion !== apiVersion) return ["converted object", `invalid groupVersion (expected ${apiVersion}, received ${converted.apiVersion ?? ""})`];
  if (converted.kind !== original.kind) return ["converted object", `invalid kind (expected ${original.kind}, received ${converted.kind ?? ""})`];
  const before = original.metadata as Plain;
  const after = isObject(converted.metadata) ? converted.metadata : {};
  for (const [member, word] of [
    ["name", "name"],
    ["namespace", "namespace"],
    ["uid", "UID"],
  ] as const) {
    const [was, is] = [before[member] ?? "", after[member] ?? ""];
    if (was !== is) return ["converted object", `must have the same ${word}: ${was} != ${is}`];
  }
  if (!isObject(converted.metadata)) return ["metadata in object", "missing metadata in converted object"];
  const wrong = labelComplaint(after.labels) ?? annotationComplaint(after.annotations);
  return wrong === undefined ? undefined : ["metadata in object", wrong];
}

function labelComplaint(labels: unknown): string | undefined {
  return mapComplaint("labels", labels, (key, value) => [...isQualifiedName(key), ...isValidLabelValue(value)]);
}

function annotationComplaint(annotations: unknown): string | undefined {
  return mapComplaint("annotations", annotations, (key) => isQualifiedName(key.toLowerCase()));
}

function mapComplaint(name: string, map: unknown, complain: (key: string, value: string) => readonly string[]): string | undefined {
  if (map === undefined || map === null) return undefined;
  if (!isObject(map)) return `invalid metadata.${name} in converted object`;
  for (const key in map) {
    const value = map[key];
    if (typeof value !== "string") return `metadata.${name}[${key}] must be a string, but is ${typeof value} in converted object`;
    const [first] = complain(key, value);
    if (first) return `metadata.${name}: ${first}`;
  }
  return undefined;
}

/** The converted object with the metadata that it had, but for labels and annotations. */
function restored(original: Plain, converted: Plain): Plain {
  const metadata = copyJson(original.metadata) as Plain;
  for (const name of ["labels", "annotations"]) {
    const value = own(converted.metadata as Plain, name);
    if (value === undefined || value === null) delete metadata[name];
    else metadata[name] = value;
  }
  converted.metadata = metadata;
  return converted;
}
