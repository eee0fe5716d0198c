/** Request bodies into objects, by their content type. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { schema } from "../../api/schemas.ts";
import { decode } from "../../machinery/json/decode.ts";
import { cannotBeHandled, DecodeError } from "../../machinery/json/decode-error.ts";
import { parseJson } from "../../machinery/json/document.ts";
import { isObject } from "../../machinery/plain.ts";
import { decodeProtobuf, openEnvelope } from "../../machinery/protobuf/envelope.ts";
import { badRequest, unsupportedMediaType } from "../../machinery/status/status-error.ts";
import { type ConvertedYaml, yamlToJson } from "../../machinery/yaml/to-json.ts";
import type { Call } from "../call.ts";

export interface DecodedBody {
  readonly object: KubeObject;
  /** What strict field validation refuses. */
  readonly strictErrors: readonly string[];
}

interface Source {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Of a body in YAML: what it was converted to, or why it couldn't be. */
  readonly yaml?: ConvertedYaml | DecodeError;
}

/** @throws StatusError 400 for what isn't an object of the kind, 415 for a form that isn't taken */
export function decodeBody(kind: Kind, source: Source): DecodedBody {
  const form = formOf(source.contentType, kind.form !== undefined);
  try {
    if (form === "protobuf") return protobufBody(kind, source.bytes);
    const text = form === "yaml" ? jsonOfYaml(source) : undefined;
    if (kind.form) return withYamlErrors(kind.form.decode(text ? Buffer.from(text.json) : source.bytes), text);
    const { value, strictErrors } = decode<KubeObject>(text ? Buffer.from(text.json) : source.bytes, kind.schema);
    const object = (value as KubeObject | undefined) ?? { metadata: {} }; // A body of null.
    checkKind(kind, object);
    return withYamlErrors({ object, strictErrors }, text);
  } catch (error) {
    if (error instanceof DecodeError) throw refusal(kind, form === "json" ? source.bytes : undefined, error);
    throw error;
  }
}

function withYamlErrors(decoded: DecodedBody, text: ConvertedYaml | undefined): DecodedBody {
  return text && text.strictErrors.length > 0 ? { ...decoded, strictErrors: [...text.strictErrors, ...decoded.strictErrors] } : decoded;
}

function jsonOfYaml({ bytes, yaml }: Source): ConvertedYaml {
  if (yaml instanceof DecodeError) throw yaml;
  return yaml ?? yamlToJson(bytes.toString("utf8"));
}

function protobufBody(kind: Kind, bytes: Buffer): DecodedBody {
  const { apiVersion, kind: name } = openEnvelope(bytes);
  checkKind(kind, { apiVersion, kind: name, metadata: {} }); // Before the message is read as what it isn't.
  return { object: decodeProtobuf<KubeObject>(bytes, kind.schema), strictErrors: [] };
}

/** @returns the options of a request as their type says: DeleteOptions */
export function decodeOptions(source: Source, name: "DeleteOptions"): object {
  const struct = schema(`meta.v1.${name}`);
  try {
    switch (formOf(source.contentType)) {
      case "protobuf":
        return decodeProtobuf(source.bytes, struct);
      case "yaml":
        return decode(jsonOfYaml(source).json, struct).value;
      case "json":
        return decode(source.bytes, struct).value;
    }
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`);
    throw error;
  }
}

/** Where the server speaks it; it is read as the JSON that it stands for. */
const CBOR = "application/cbor";

const FORMS: ReadonlyMap<string, "json" | "yaml" | "protobuf"> = new Map([
  ["", "json"],
  ["*/*", "json"],
  ["application/json", "json"],
  ["application/yaml", "yaml"],
  ["application/vnd.kubernetes.protobuf", "protobuf"],
]);

/** Before a create's options are looked at. @throws StatusError 415 */
export function checkContentType({ exchange, context }: Pick<Call, "exchange" | "context">, kind: Kind): void {
  const type = exchange.headers["content-type"] ?? "";
  if (!(context.settings.cbor && type.split(";", 1)[0]!.trim().toLowerCase() === CBOR)) formOf(type, kind.form !== undefined);
}

/** @param custom there is no protobuf of what no table describes; @throws StatusError 415 */
function formOf(contentType: string, custom = false): "json" | "yaml" | "protobuf" {
  const form = FORMS.get(contentType === "application/json" ? contentType : contentType.split(";", 1)[0]!.trim().toLowerCase());
  if (form && !(custom && form === "protobuf")) return form;
  const accepted = ["application/json", "application/yaml", ...(custom ? [] : ["application/vnd.kubernetes.protobuf"])];
  throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`);
}

/** Of kinds that are served in one version, the one whose older version is still taken. */
const OLD_EVICTION = "policy/v1beta1";

/** What the body says that it is must be what the path takes; saying nothing is fine. */
export function checkKind(kind: Kind, { apiVersion, kind: name }: KubeObject): void {
  if (apiVersion && groupOf(apiVersion) !== kind.group) {
    const version = apiVersion.split("/").at(-1)!;
    const unknown = `no kind ${JSON.stringify(name || kind.name)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
    throw cannotBeHandled(new Error(unknown), name || kind.name, version, kind.name);
  }
  if (name && name !== kind.name) {
    const version = (apiVersion ?? kind.apiVersion).split("/").at(-1)!;
    throw badRequest(
      `${name} in version ${JSON.stringify(version)} cannot be handled as a ${kind.name}: converting (${version}.${name}) to (${kind.group.split(".", 1)[0] || "core"}.${kind.name}): unknown conversion`,
    );
  }
  if (apiVersion && apiVersion !== kind.apiVersion && !(kind.name === "Eviction" && apiVersion === OLD_EVICTION)) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${kind.apiVersion})`);
  }
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.split("/", 1)[0]! : "";
}

/** @param bytes the JSON, where it is JSON: it may say what the client took it for */
function refusal(kind: Kind, bytes: Buffer | undefined, error: DecodeError): Error {
  let document: unknown;
  try {
    document = bytes && parseJson(bytes);
  } catch {
    return unrecognized(kind, bytes, error.message);
  }
  if (Array.isArray(document)) {
    const type = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;
    return unrecognized(kind, bytes, `json: cannot unmarshal array into Go value of type ${type}`);
  }
  const said = isObject(document) ? document : {};
  const name = typeof said.kind === "string" && said.kind !== "" ? said.kind : kind.name;
  const apiVersion = typeof said.apiVersion === "string" && said.apiVersion !== "" ? said.apiVersion : kind.apiVersion;
  return cannotBeHandled(error, name, apiVersion.split("/").at(-1)!, kind.name);
}

/** What isn't even an object. The start of what was sent is shown, in hexadecimal where it doesn't look like JSON. */
function unrecognized(kind: Kind, bytes: Buffer | undefined, why: string): Error {
  const shown = bytes === undefined || bytes.length === 0 ? "<empty>" : bytes.toString(bytes[0] === OPENING_BRACE ? "utf8" : "hex", 0, SHOWN_BYTES);
  const more = (bytes?.length ?? 0) > SHOWN_BYTES ? " ..." : "";
  const failure = `couldn't get version/kind; json parse error: ${why}`;
  const recorded = cannotBeHandled(new Error(failure), "", "", kind.name).message; // It may be a secret that couldn't be read.
  return badRequest(cannotBeHandled(new Error(`${failure} (${shown}${more})`), "", "", kind.name).message, recorded);
}

const OPENING_BRACE = 0x7b;
const SHOWN_BYTES = 1024;
