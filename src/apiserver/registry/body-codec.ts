/** Request bodies into objects, by their content type. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { schema } from "../../api/schemas.ts";
import { decode } from "../../machinery/json/decode.ts";
import { cannotBeHandled, DecodeError } from "../../machinery/json/decode-error.ts";
import { parseJson } from "../../machinery/json/document.ts";
import { isObject } from "../../machinery/plain.ts";
import { badRequest, unsupportedMediaType } from "../../machinery/status/status-error.ts";

export interface DecodedBody {
  readonly object: KubeObject;
  /** What strict field validation refuses. */
  readonly strictErrors: readonly string[];
}

interface Source {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** @throws StatusError 400 for what isn't an object of the kind, 415 for a form that isn't taken */
export function decodeBody(kind: Kind, { bytes, contentType }: Source): DecodedBody {
  requireJson(contentType);
  let decoded: { readonly value: KubeObject; readonly strictErrors: readonly string[] };
  try {
    decoded = decode<KubeObject>(bytes, kind.schema);
  } catch (error) {
    if (error instanceof DecodeError) throw refusal(kind, bytes, error);
    throw error;
  }
  const { value: object, strictErrors } = decoded;
  checkKind(kind, object);
  return { object, strictErrors };
}

/** @returns the options of a request as their type says: DeleteOptions */
export function decodeOptions({ bytes, contentType }: Source, name: "DeleteOptions"): object {
  requireJson(contentType);
  try {
    return decode(bytes, schema(`meta.v1.${name}`)).value;
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message);
    throw error;
  }
}

const JSON_TYPES: ReadonlySet<string> = new Set(["", "application/json", "*/*"]);

function requireJson(contentType: string): void {
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (!JSON_TYPES.has(type)) {
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf`,
    );
  }
}

/** What the body says that it is must be what the path takes; saying nothing is fine. */
export function checkKind(kind: Kind, { apiVersion, kind: name }: KubeObject): void {
  if (name && name !== kind.name) {
    const version = (apiVersion ?? kind.apiVersion).split("/").at(-1)!;
    throw badRequest(
      `${name} in version ${JSON.stringify(version)} cannot be handled as a ${kind.name}: converting (${version}.${name}) to (${kind.version}.${kind.name}): unknown conversion`,
    );
  }
  if (apiVersion && apiVersion !== kind.apiVersion) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${kind.apiVersion})`);
  }
}

function refusal(kind: Kind, bytes: Buffer, error: DecodeError): Error {
  let document: unknown;
  try {
    document = parseJson(bytes);
  } catch {
    return cannotBeHandled(new Error(`couldn't get version/kind; json parse error: ${error.message}`), "", "", kind.name);
  }
  const said = isObject(document) ? document : {};
  const name = typeof said.kind === "string" && said.kind !== "" ? said.kind : kind.name;
  const apiVersion = typeof said.apiVersion === "string" && said.apiVersion !== "" ? said.apiVersion : kind.apiVersion;
  return cannotBeHandled(error, name, apiVersion.split("/").at(-1)!, kind.name);
}
