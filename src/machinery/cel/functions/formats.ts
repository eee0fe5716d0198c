/** Named formats that a text can be held against. [Kubernetes' apiserver pkg/cel/library/format.go] */

import { isDNS1035Label, isDNS1123Label, isDNS1123Subdomain, isQualifiedName, isValidLabelValue } from "../../names.ts";
import { objectType } from "../types/type.ts";
import { CelError, Opaque, Optional, type Value, ValueList } from "../values/value.ts";
import { timestampOf } from "./conversions.ts";
import { member, type Overload, plain } from "./overload.ts";
import { parseUrl } from "./urls.ts";

const NAME = "kubernetes.NamedFormat";
const TYPE = objectType(NAME) as Opaque["type"];

export interface Format {
  readonly name: string;
  readonly complaints: (text: string) => readonly string[];
  /** How long a pattern would be that says the same: costs go by it. */
  readonly size: number;
}

/** A prefix of a name may end in what a name may not end in. */
const prefix = (check: (name: string) => string[]) => (text: string) => check(/-$/.test(text) && text.length > 1 ? `${text.slice(0, -1)}a` : text);
const complain = (holds: boolean, complaint: string): string[] => (holds ? [] : [complaint]);

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;
const isDate = (text: string): boolean => DATE.test(text) && !(timestampOf(`${text}T00:00:00Z`) instanceof CelError);
const isDateTime = (text: string): boolean => !(timestampOf(text.toUpperCase().replace(" ", "T")) instanceof CelError);

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ["dns1123Label", { name: "DNS1123Label", complaints: isDNS1123Label, size: 30 }],
  ["dns1123Subdomain", { name: "DNS1123Subdomain", complaints: isDNS1123Subdomain, size: 60 }],
  ["dns1035Label", { name: "DNS1035Label", complaints: isDNS1035Label, size: 30 }],
  ["qualifiedName", { name: "QualifiedName", complaints: isQualifiedName, size: 60 }],
  ["dns1123LabelPrefix", { name: "DNS1123LabelPrefix", complaints: prefix(isDNS1123Label), size: 30 }],
  ["dns1123SubdomainPrefix", { name: "DNS1123SubdomainPrefix", complaints: prefix(isDNS1123Subdomain), size: 60 }],
  ["dns1035LabelPrefix", { name: "DNS1035LabelPrefix", complaints: prefix(isDNS1035Label), size: 30 }],
  ["labelValue", { name: "LabelValue", complaints: isValidLabelValue, size: 40 }],
  ["uri", { name: "URI", complaints: uriComplaints, size: 1103 }],
  ["uuid", { name: "uuid", complaints: (text) => complain(UUID.test(text), "does not match the UUID format"), size: 69 }],
  ["byte", { name: "byte", complaints: (text) => complain(BASE64.test(text), "invalid base64"), size: 84 }],
  ["date", { name: "date", complaints: (text) => complain(isDate(text), "invalid date"), size: 69 }],
  ["datetime", { name: "datetime", complaints: (text) => complain(isDateTime(text), "invalid datetime"), size: 69 }],
]);

function uriComplaints(text: string): string[] {
  const parsed = parseUrl(text);
  return typeof parsed === "string" ? [parsed] : [];
}

const formatValue = (format: Format): Opaque => new Opaque(TYPE, format, (other) => format.name === (other as Format).name);

function named(name: string): Value {
  const format = FORMATS.get(name);
  return format ? new Optional(formatValue(format)) : Optional.none;
}

function validate(format: Opaque, text: string): Value {
  const complaints = (format.value as Format).complaints(text);
  return complaints.length === 0 ? Optional.none : new Optional(new ValueList([...complaints]));
}

export const formats: readonly Overload[] = [
  ...[...FORMATS].map(([name, format]) => plain(`format.${name}`, `format.${name}`, [], NAME, () => formatValue(format))),
  plain("format.named", "format-named", ["string"], `optional_type(${NAME})`, named),
  member("validate", "format-validate", [NAME, "string"], "optional_type(list(string))", validate),
];
