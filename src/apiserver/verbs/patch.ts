/** PATCH: what is to change, in one of four forms, made again from the newest object for as long as others come first. */

import { setImmediate } from "node:timers/promises";
import type { Kind, KubeObject, SubresourceRules } from "../../api/kind.ts";
import { endpointFields } from "../../api/meta/reset-fields.ts";
import { managedApply } from "../../machinery/apply/apply.ts";
import { ItemError } from "../../machinery/apply/types.ts";
import { timestamp } from "../../machinery/clock.ts";
import { DecodeError } from "../../machinery/json/decode-error.ts";
import { parseDocument, parseJson, plain, utf8 } from "../../machinery/json/document.ts";
import { stringifyExactly } from "../../machinery/json/stringify.ts";
import { unclassified } from "../../machinery/patch/failures.ts";
import { jsonPatch } from "../../machinery/patch/json-patch.ts";
import { mergePatch } from "../../machinery/patch/merge-patch.ts";
import { strategicMergePatch } from "../../machinery/patch/strategic-merge.ts";
import { asGoPrints, isObject, type Plain } from "../../machinery/plain.ts";
import { invalid } from "../../machinery/status/field-error.ts";
import { badRequest, invalidObject, StatusError, unsupportedMediaType } from "../../machinery/status/status-error.ts";
import { strictWarnings, yamlToJson } from "../../machinery/yaml/to-json.ts";
import type { CachedObject } from "../cache/watch-cache.ts";
import type { Call } from "../call.ts";
import { typed } from "../registry/codec.ts";
import { subresourceRules } from "../registry/special.ts";
import { kindOf, notAllowed } from "./kind-of.ts";
import { jsonPatchFaults, patchFaults } from "./patch-strictness.ts";
import { mayCreate } from "./update.ts";
import { type Body, CBOR_APPLY, readBody } from "./write/body.ts";
import { settleName, settleNamespace } from "./write/names.ts";
import { type WriteOptions, writeOptions } from "./write/options.ts";
import { wipeSystemFields } from "./write/prepare.ts";
import { runChange } from "./write/run.ts";

/** A patch of so many bytes takes so long to parse that others go first before it is applied. */
const LARGE_BYTES = 64 << 10;

type Form = "json" | "merge" | "strategic" | "apply";

const FORMS: ReadonlyMap<string, Form> = new Map<string, Form>([
  ["application/json-patch+json", "json"],
  ["application/merge-patch+json", "merge"],
  ["application/strategic-merge-patch+json", "strategic"],
  ["application/apply-patch+yaml", "apply"],
]);

export async function patch(call: Call): Promise<void> {
  const kind = kindOf(call);
  const { namespace, name, subresource } = call.attributes;
  if (name === "") throw notAllowed();
  const form = formOf(call, kind);
  const options = writeOptions(call, "PatchOptions", form === "apply");
  const body = await readBody(call);
  const { document, faults } = parse(form, body, options);
  if (body.bytes.length > LARGE_BYTES) await setImmediate();
  const cache = call.context.caches.of(kind);
  const rules = subresourceRules(kind, subresource);
  let told = false;
  const { bytes, created } = await runChange(
    call,
    { kind, namespace: kind.namespaced ? namespace : "", name, options, subresource, rules, ownershipSettled: form === "apply", relative: true },
    {
      from(_: KubeObject | undefined, cached: CachedObject | undefined): KubeObject {
        const base = cached && cache.decode<KubeObject>(cached);
        const patched = form === "apply" ? apply(call, base, document, options, rules) : modify(kind, form, base!, document);
        if (form === "apply" && !told) judgeApplied(body, options, call);
        const next = checked(call, kind, form, patched, form === "strategic" ? document : patched, { ...options, faults, told });
        told = true;
        settleNamespace(call, next);
        settleName(call, next);
        if (!base) settleNew(next);
        return next;
      },
      mayCreate: () => form === "apply" && subresource === "" && mayCreate(call),
    },
  );
  call.context.respond.object(call, created ? 201 : 200, kind, bytes);
}

/** @throws StatusError 415 for another form */
function formOf(call: Call, kind: Kind): Form {
  const type = (call.exchange.headers["content-type"] ?? "").split(";", 1)[0]!.trim();
  const form = type === CBOR_APPLY && call.context.settings.cbor ? "apply" : FORMS.get(type);
  if (form === "strategic" && kind.form) throw unsupportedMediaType(CUSTOM_PATCHES); // No table says how its lists are merged.
  if (form) return form;
  throw new StatusError({ code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type", details: {} });
}

const CUSTOM_PATCHES =
  "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

interface ParsedPatch {
  readonly document: unknown;
  /** What strict validation refuses in the document itself. */
  readonly faults: readonly string[];
}

function parse(form: Form, body: Body, { fieldValidation }: WriteOptions): ParsedPatch {
  try {
    if (form === "apply") return { document: parseApplied(body), faults: [] };
    if (fieldValidation === "Ignore") return { document: parseJson(body.bytes), faults: [] };
    const document = parseDocument(utf8(body.bytes));
    return { document: plain(document), faults: form === "json" ? jsonPatchFaults(document) : patchFaults(document) };
  } catch (error) {
    throw error instanceof DecodeError ? badRequest(complaint(form, error.message)) : error;
  }
}

/** A patch that can't be parsed, as the three parsers behind kube-apiserver word it. */
function complaint(form: Form, message: string): string {
  if (form === "merge") return "invalid JSON patch";
  return form === "apply" ? `error encoding patch: ${message}` : message;
}

/** What strict decoding minds in an applied document: said only once it has been applied. */
function judgeApplied({ yaml }: Body, { fieldValidation }: WriteOptions, call: Call): void {
  const strictErrors = yaml === undefined || yaml instanceof DecodeError ? [] : yaml.strictErrors;
  if (strictErrors.length > 0 && fieldValidation === "Strict") {
    throw badRequest(`error strict decoding patch: error converting YAML to JSON: ${strictErrors.join(", ")}`);
  }
  if (fieldValidation === "Warn") call.warnings.push(...strictWarnings(strictErrors));
}

function parseApplied({ bytes, yaml }: Body): unknown {
  if (yaml instanceof DecodeError) throw yaml;
  return parseJson((yaml ?? yamlToJson(bytes.toString("utf8"))).json);
}

/** @returns the patched document; parts of it may be parts of `base`, which is used up */
function modify(kind: Kind, form: Exclude<Form, "apply">, base: KubeObject, document: unknown): Plain {
  const object = base as unknown as Plain; // Patches walk members by name.
  switch (form) {
    case "json": {
      const patched = jsonPatch(object, document, kind.schema);
      if (isObject(patched)) return patched;
      throw unfit(stringifyExactly(patched), "the patched document is no object");
    }
    case "merge":
      return mergePatch(object, document);
    case "strategic":
      return strategicMergePatch(object, document, kind.schema);
  }
}

function apply(call: Call, base: KubeObject | undefined, document: unknown, options: WriteOptions, rules: SubresourceRules<KubeObject> | undefined): Plain {
  const { schema, apiVersion, name, table, form } = kindOf(call);
  const { subresource } = call.attributes;
  return withoutItemErrors({
    schema,
    live: base as unknown as Plain | undefined, // As above.
    patch: document,
    manager: options.manager,
    force: options.force,
    keepsNulls: form !== undefined,
    subresource,
    apiVersion,
    kind: name,
    time: timestamp(call.context.clock.now()),
    fields: rules?.resetFields ? { resetFields: rules.resetFields } : endpointFields(table, subresource),
  });
}

/** Lists whose items can't be told apart, in what stands there or in what is applied: an error of the server there, without a reason. */
function withoutItemErrors(given: Parameters<typeof managedApply>[0]): Plain {
  try {
    return managedApply(given).object;
  } catch (error) {
    throw error instanceof ItemError ? unclassified(`failed to create manager for existing fields: ${error.message}`) : error;
  }
}

interface Strictness extends WriteOptions {
  readonly faults: readonly string[];
  /** Whether warnings were given before, when the patch was made for an older object. */
  readonly told: boolean;
}

/** Checks the patched document against the schema. @throws StatusError 422 on field `patch` for what doesn't fit */
function checked(call: Call, kind: Kind, form: Form, patched: Plain, shown: unknown, { fieldValidation, faults, told }: Strictness): KubeObject {
  const refuse = (why: string): StatusError => {
    if (form === "apply") return unclassified(`failed to convert new object (${kind.apiVersion}, Kind=${kind.name}) to proper version: ${why}`);
    return unfit(shown === patched ? stringifyExactly(inAlphabet(patched)) : asGoPrints(shown), why);
  };
  const named = patched.kind || kind.name;
  if (!kind.form && (form === "json" || form === "merge") && (patched.apiVersion !== kind.apiVersion || named !== kind.name)) {
    if (!patched.apiVersion && named === kind.name) throw badRequest(nameless(call)); // Kubernetes reads it as an object of no version, which has no fields.
    throw refuse(`no kind ${asGoPrints(patched.kind)} is registered for version ${asGoPrints(patched.apiVersion)}`);
  }
  if (kind.form && (form === "json" || form === "merge") && !patched.kind)
    throw refuse(`Object 'Kind' is missing in '${stringifyExactly(inAlphabet(patched))}'`);
  const { object, strictErrors: unknown } = decoded(kind, patched, refuse);
  const strictErrors = [...faults, ...unknown];
  if (strictErrors.length > 0 && fieldValidation !== "Ignore") {
    if (fieldValidation === "Strict") throw refuse(`strict decoding error: ${strictErrors.join(", ")}`);
    if (!told) call.warnings.push(...strictErrors);
  }
  object.metadata ??= {};
  if (kind.form && object.apiVersion !== kind.apiVersion) throw otherVersion(kind, object);
  object.apiVersion = kind.apiVersion;
  object.kind = kind.name;
  return object;
}

const nameless = ({ attributes: { name } }: Call): string => `the name of the object (${name} based on URL) was undeterminable: name must be provided`;

/** Of a custom resource the version is a part of what is validated. */
function otherVersion(kind: Kind, { apiVersion = "", metadata }: KubeObject): StatusError {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return invalidObject({ group, kind: kind.name }, metadata.name ?? "", [invalid("apiVersion", apiVersion, `must be ${kind.apiVersion}`)]);
}

/** A patch whose result is no object of the kind: 422 on field `patch`, without a kind. */
function unfit(shown: string, why: string): StatusError {
  const error = invalid("patch", shown, why);
  const causes = [{ reason: error.type, message: error.message, field: error.field }];
  return new StatusError({ code: 422, reason: "Invalid", message: ` "" is invalid: patch: ${error.message}`, details: { causes } });
}

/** The members of the whole in the order in which Kubernetes shows what it patched. */
function inAlphabet(object: Plain): Plain {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function decoded(kind: Kind, patched: Plain, refuse: (why: string) => StatusError): ReturnType<typeof typed> {
  try {
    return typed(kind, patched);
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message) : error;
  }
}

function settleNew(next: KubeObject): void {
  if (next.metadata.resourceVersion) throw unclassified("resourceVersion should not be set on objects to be created");
  wipeSystemFields(next);
}
