/** Secrets: what only some may know. */

import { parseJson } from "../../machinery/json/document.ts";
import { isConfigMapKey } from "../../machinery/names.ts";
import { isObject } from "../../machinery/plain.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain, immutable } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import type { Secret as SecretType } from "../tables/core-v1.ts";
import { frozen } from "./config-map.ts";
import { DATA_BYTES_MAX, decodedBytes } from "./data-size.ts";
import { keyPairFault } from "./secret-key-pair.ts";

const ACCOUNT_NAME = "kubernetes.io/service-account.name";

export const Secret = kind<SecretType>("v1", "secrets", {
  defaults(secret) {
    secret.type ||= "Opaque";
    takeTexts(secret);
  },
  prepareUpdate(next, last) {
    next.type ||= last.type ?? "";
  },
  validate(secret) {
    const errors: FieldError[] = [];
    let bytes = 0;
    for (const [key, value] of Object.entries(secret.data ?? {})) {
      errors.push(...complain(`data[${key}]`, key, isConfigMapKey(key)));
      bytes += decodedBytes(value);
    }
    if (bytes > DATA_BYTES_MAX) errors.push(tooLong("data", DATA_BYTES_MAX));
    return [...errors, ...typeErrors(secret)];
  },
  validateUpdate: (next, last) => [...immutable("type", next.type, last.type), ...frozen(next, last, ["data"])],
  warnings({ type, data }) {
    if (type !== "kubernetes.io/tls") return [];
    const fault = keyPairFault(data?.["tls.crt"], data?.["tls.key"]);
    return fault ? [fault] : [];
  },
  columns: [
    nameColumn,
    column("Type", "string", "What the secret is for.", ({ type }) => type ?? ""),
    column("Data", "string", "How many entries the secret has.", ({ data }) => Object.keys(data ?? {}).length),
    ageColumn,
  ],
  selectableFields: { type: ({ type }) => type ?? "" },
});

/** `stringData` is for writing only: its texts become `data`. */
function takeTexts(secret: SecretType): void {
  if (!secret.stringData) return;
  const data: Record<string, string> = Object.assign(Object.create(null), secret.data);
  for (const [key, text] of Object.entries(secret.stringData)) data[key] = Buffer.from(text).toString("base64");
  secret.data = data;
  delete secret.stringData;
}

function typeErrors({ type, data = {}, metadata }: SecretType): FieldError[] {
  const missing = (key: string) => (Object.hasOwn(data, key) ? [] : [required(`data[${key}]`, "")]);
  switch (type) {
    case "kubernetes.io/service-account-token":
      return metadata.annotations?.[ACCOUNT_NAME] ? [] : [required(`metadata.annotations[${ACCOUNT_NAME}]`, "")];
    case "kubernetes.io/dockercfg":
      return jsonErrors(data, ".dockercfg");
    case "kubernetes.io/dockerconfigjson":
      return jsonErrors(data, ".dockerconfigjson");
    case "kubernetes.io/basic-auth": {
      const both = [...missing("username"), ...missing("password")];
      return both.length === 2 ? both : [];
    }
    case "kubernetes.io/ssh-auth":
      return data["ssh-privatekey"] ? [] : [required("data[ssh-privatekey]", "")];
    case "kubernetes.io/tls":
      return [...missing("tls.crt"), ...missing("tls.key")];
    default:
      return [];
  }
}

function jsonErrors(data: Readonly<Record<string, string>>, key: string): FieldError[] {
  const field = `data[${key}]`;
  if (!Object.hasOwn(data, key)) return [required(field, "")];
  const fault = objectFault(Buffer.from(data[key] as string, "base64"));
  return fault ? [invalid(field, "<secret contents redacted>", fault)] : [];
}

/** @returns why the text is no JSON object, in Go's words */
function objectFault(text: Buffer): string | undefined {
  try {
    const value = parseJson(text);
    if (isObject(value) || value === null) return undefined;
    const type = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : "number";
    return `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
