/** scale: how many replicas an object wants and has, in one form for all kinds (autoscaling/v1). */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { managedApply } from "../../../machinery/apply/apply.ts";
import { entriesAfterScale, entriesOfScale } from "../../../machinery/apply/scale.ts";
import { managedUpdate } from "../../../machinery/apply/update.ts";
import { timestamp } from "../../../machinery/clock.ts";
import { DecodeError } from "../../../machinery/json/decode-error.ts";
import { parseJson } from "../../../machinery/json/document.ts";
import { jsonPatch } from "../../../machinery/patch/json-patch.ts";
import { mergePatch } from "../../../machinery/patch/merge-patch.ts";
import { strategicMergePatch } from "../../../machinery/patch/strategic-merge.ts";
import { isObject, type Plain } from "../../../machinery/plain.ts";
import { type LabelSelectorObject, labelSelector, labelsSelector } from "../../../machinery/selectors/labels.ts";
import { invalid } from "../../../machinery/status/field-error.ts";
import { badRequest, internalError, invalidObject, notFound, unsupportedMediaType } from "../../../machinery/status/status-error.ts";
import { yamlToJson } from "../../../machinery/yaml/to-json.ts";
import { servable } from "../../cache/stored-object.ts";
import type { CachedObject } from "../../cache/watch-cache.ts";
import type { Call } from "../../call.ts";
import { bodyKind } from "../../registry/body-kind.ts";
import { decodeStored, encodeStored, typed } from "../../registry/codec.ts";
import { admissionRequest, mutateAll, validateAll } from "../admission.ts";
import { freshEnough } from "../get.ts";
import { kindOf } from "../kind-of.ts";
import { type Body, objectOf, readBody } from "../write/body.ts";
import { checkUid, settleName, settleNamespace } from "../write/names.ts";
import { type WriteOptions, writeOptions } from "../write/options.ts";
import { runChange } from "../write/run.ts";
import { scaleWrite } from "../write/steps.ts";

interface Scale extends KubeObject {
  spec?: { replicas?: number };
  status?: { replicas?: number; selector?: string };
}

interface Scalable extends KubeObject {
  spec?: { replicas?: number; selector?: LabelSelectorObject | Record<string, string> };
  status?: { replicas?: number };
}

export async function getScale(call: Call): Promise<void> {
  const kind = kindOf(call);
  const { namespace, name } = call.attributes;
  const cache = call.context.caches.of(kind);
  await freshEnough(cache, call.query.get("resourceVersion") ?? "");
  const cached = cache.get(namespace, name);
  if (!cached) throw notFound(kind, name);
  const object = cache.view<Scalable>(cached);
  const missing = kind.rules.scale?.missing(object);
  if (missing !== undefined) throw internalError(new Error(missing));
  answer(call, kind, cached.resourceVersion, object);
}

export async function updateScale(call: Call): Promise<void> {
  const options = writeOptions(call, "UpdateOptions");
  const body = await readBody(call);
  const scaleKind = bodyKind(kindOf(call), "scale");
  objectOf(scaleKind, body, options.fieldValidation, (message) => call.warnings.push(message)); // What is wrong with it is told before anybody looks for what it scales.
  await write(call, options, {}, () => {
    const scale: Scale = objectOf(scaleKind, body, options.fieldValidation, undefined);
    settleNamespace(call, scale);
    settleName(call, scale);
    return scale;
  });
}

export async function patchScale(call: Call): Promise<void> {
  const body = await readBody(call);
  const applied = mediaType(body) === APPLY;
  const options = writeOptions(call, "PatchOptions", applied);
  const scaleKind = bodyKind(kindOf(call), "scale");
  const document = parse(body);
  await write(call, options, { relative: true, applied }, (current) => {
    const live = current as unknown as Plain; // Patches walk members by name.
    const patched = applied ? apply(call, scaleKind, live, document, options) : patchOf(body, live, document, scaleKind);
    try {
      return typed(scaleKind, patched).object;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw invalidObject({ group: "", kind: "" }, "", [invalid("patch", patched, error.message)]);
    }
  });
}

const APPLY = "application/apply-patch+yaml";

function mediaType({ contentType }: Body): string {
  return contentType.split(";", 1)[0]!.trim();
}

function apply(call: Call, { schema, apiVersion, name: kind }: Kind, live: Plain, patch: unknown, { manager, force }: WriteOptions): Plain {
  const time = timestamp(call.context.clock.now());
  return managedApply({ schema, live, patch, manager, force, subresource: "scale", apiVersion, kind, time }).object;
}

function parse(body: Body): unknown {
  try {
    if (mediaType(body) !== APPLY) return parseJson(body.bytes);
    if (body.yaml instanceof DecodeError) throw body.yaml;
    return parseJson((body.yaml ?? yamlToJson(body.bytes.toString("utf8"))).json);
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(error.message) : error;
  }
}

function patchOf(body: Body, current: Plain, document: unknown, kind: Kind): Plain {
  switch (mediaType(body)) {
    case "application/merge-patch+json":
      return mergePatch(current, document);
    case "application/strategic-merge-patch+json":
      return strategicMergePatch(current, document, kind.schema);
    case "application/json-patch+json": {
      const patched = jsonPatch(current, document, kind.schema);
      if (isObject(patched)) return patched;
      throw badRequest("the patched document is no object");
    }
    default:
      throw unsupportedMediaType(
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml",
      );
  }
}

type Entries = NonNullable<KubeObject["metadata"]["managedFields"]>;

/** @returns the object's entries once the Scale was written: an apply has settled the Scale's own */
function ownersAfter(call: Call, last: KubeObject, current: Scale, scale: Scale, options: WriteOptions, applied: boolean): Entries | undefined {
  const kind = kindOf(call);
  const scaleKind = bodyKind(kind, "scale");
  const scaled = applied
    ? scale.metadata.managedFields
    : managedUpdate({
        schema: scaleKind.schema,
        live: current as unknown as Plain, // Ownership walks members by the schema's names.
        next: scale as unknown as Plain,
        manager: options.manager,
        subresource: "scale",
        apiVersion: scaleKind.apiVersion,
        time: timestamp(call.context.clock.now()),
      });
  return entriesAfterScale(last.metadata.managedFields, scaled, kind.apiVersion, kind.rules.scale?.path) as Entries | undefined;
}

/** @param wanted makes the Scale that shall be from the one that is */
async function write(call: Call, options: WriteOptions, { relative = false, applied = false }, wanted: (current: Scale) => Scale): Promise<void> {
  const kind = kindOf(call);
  const scaleKind = bodyKind(kind, "scale");
  const { namespace, name } = call.attributes;
  const cache = call.context.caches.of(kind);
  const rules = kind.rules.scale && { validateUpdate: kind.rules.validateUpdate }; // The whole object has a schema then.
  const attempt = { kind, namespace, name, options, subresource: "scale", rules, steps: scaleWrite, ...(relative && { relative: true as const }) };
  const { bytes } = await runChange(call, attempt, {
    async from(last: KubeObject | undefined, cached: CachedObject | undefined): Promise<KubeObject> {
      const current = scaleOf(kind, last as Scalable);
      const scale = wanted(current);
      const request = admissionRequest(call, { operation: "UPDATE", kind: scaleKind, name, object: scale, old: current, dryRun: options.dryRun });
      await mutateAll(call, request);
      checkUid(call, scale, last!);
      const replicas = scale.spec?.replicas ?? 0;
      if (replicas < 0 && !kind.rules.scale) {
        throw invalidObject({ group: "autoscaling", kind: "Scale" }, name, [invalid("spec.replicas", replicas, "must be greater than or equal to 0")]);
      }
      await validateAll(call, request);
      const next = cache.decode<Scalable>(cached!);
      if (kind.rules.scale) kind.rules.scale.write(next, replicas);
      else next.spec = { ...next.spec, replicas };
      next.metadata.resourceVersion = scale.metadata.resourceVersion ?? "";
      const owners = ownersAfter(call, last!, current, scale, options, applied);
      if (owners) next.metadata.managedFields = owners;
      else delete next.metadata.managedFields;
      return next;
    },
  });
  const written = decodeStored(kind, bytes) as Scalable;
  answer(call, kind, Number(written.metadata.resourceVersion), written);
}

function answer(call: Call, kind: Kind, revision: number, object: Scalable): void {
  const scaleKind = bodyKind(kind, "scale");
  const scale = scaleOf(kind, object);
  delete scale.metadata.managedFields; // Kept for merging only; they are the object's.
  call.context.respond.object(call, 200, scaleKind, servable(encodeStored(scaleKind, scale), revision).bytes);
}

/** @param scaled the kind of the object */
function scaleOf(scaled: Kind, object: Scalable): Scale {
  const { metadata } = object;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const managedFields = entriesOfScale(metadata.managedFields, scaled.rules.scale?.path) as Entries | undefined;
  const { replicas, ready, selector } = scaled.rules.scale?.read(object) ?? builtInScale(object);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      ...(name && { name }),
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      ...(creationTimestamp && { creationTimestamp }),
      ...(managedFields && { managedFields }),
    },
    spec: { ...(replicas && { replicas }) },
    status: { replicas: ready, ...(selector && { selector }) },
  };
}

function builtInScale({ spec, status }: Scalable): { replicas: number | undefined; ready: number; selector: string } {
  return { replicas: spec?.replicas, ready: status?.replicas ?? 0, selector: selectorText(spec?.selector) };
}

/** A replication controller's selector is plain labels. */
function selectorText(selector: LabelSelectorObject | Record<string, string> | undefined): string {
  if (!selector) return "";
  const isLabels = !("matchLabels" in selector) && !("matchExpressions" in selector);
  return (isLabels ? labelsSelector(selector as Record<string, string>) : labelSelector(selector as LabelSelectorObject)).toString(); // Told apart by the line before.
}
