/** The body of a write, decoded into an object of the kind at the path. */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { cborToJson } from "../../../machinery/cbor/decode.ts";
import { DecodeError } from "../../../machinery/json/decode-error.ts";
import { badRequest } from "../../../machinery/status/status-error.ts";
import { YamlConverter } from "../../../machinery/yaml/converter.ts";
import { type ConvertedYaml, strictWarnings } from "../../../machinery/yaml/to-json.ts";
import type { Call } from "../../call.ts";
import { type DecodedBody, decodeBody } from "../../registry/body-codec.ts";
import { together } from "../../together.ts";
import type { FieldValidation } from "./options.ts";

/** As kube-apiserver. */
export const BODY_BYTES_MAX = 3 << 20;

/** What a request brought; decoded again for each attempt, since steps change what they are given. */
export interface Body {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Of a body in YAML: the JSON that it stands for, or why it stands for none. */
  readonly yaml?: ConvertedYaml | DecodeError;
}

/** An apply in CBOR, where the server speaks it. */
export const CBOR_APPLY = "application/apply-patch+cbor";
const YAML_TYPES: ReadonlySet<string> = new Set(["application/yaml", "application/apply-patch+yaml"]);
const CBOR_TYPES: ReadonlySet<string> = new Set(["application/cbor", CBOR_APPLY]);
/** One for the process, as its thread is: it starts with the first large document and ends when there are no more. */
const converter = new YamlConverter();

export async function readBody(call: Call): Promise<Body> {
  const contentType = call.exchange.headers["content-type"] ?? "";
  const bytes = await call.exchange.body(BODY_BYTES_MAX);
  await new Promise<void>(together);
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  if (call.context.settings.cbor && CBOR_TYPES.has(type)) return { bytes, contentType: "application/yaml", yaml: convertCbor(bytes) };
  if (!YAML_TYPES.has(type)) return { bytes, contentType };
  return { bytes, contentType, yaml: await convertYaml(bytes) };
}

/** Goes the way of YAML: as the JSON that it stands for. */
function convertCbor(bytes: Buffer): ConvertedYaml | DecodeError {
  try {
    return { json: cborToJson(bytes), strictErrors: [] };
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

async function convertYaml(bytes: Buffer): Promise<ConvertedYaml | DecodeError> {
  try {
    return await converter.convert(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return error; // Who decodes the body says what it was for.
    throw error;
  }
}

/**
 * @param warn where unknown and repeated fields are told of; undefined where they were told of before
 * @throws StatusError 400 for what isn't an object of the kind, 415 for a form that isn't taken
 */
export function objectOf(kind: Kind, body: Body, validation: FieldValidation, warn: ((message: string) => void) | undefined): KubeObject {
  const decoded = decodeBody(kind, body);
  judgeStrictness(kind, decoded, validation, warn);
  const { object } = decoded;
  object.apiVersion = kind.apiVersion;
  object.kind = kind.name;
  object.metadata ??= {};
  return object;
}

function judgeStrictness(kind: Kind, { strictErrors }: DecodedBody, validation: FieldValidation, warn: ((message: string) => void) | undefined): void {
  if (strictErrors.length === 0 || validation === "Ignore") return;
  if (validation === "Strict") {
    throw badRequest(
      `${kind.name} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.name}: strict decoding error: ${strictErrors.join(", ")}`,
    );
  }
  if (warn) for (const warning of strictWarnings(strictErrors)) warn(warning);
}
