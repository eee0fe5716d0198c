/** Names that begin with a domain, or are one. [k8s.io/apimachinery pkg/util/validation/validation.go] */

import { isDNS1123Label, isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { complain } from "./checks.ts";

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const httpPath = new RegExp(`^${HTTP_PATH}$`);

/** A name of DNS with two or more labels; a final dot is allowed. */
export function domainName(field: string, value: string): FieldError[] {
  if (value === "") return [required(field, "")];
  const name = value.endsWith(".") ? value.slice(0, -1) : value;
  const complaints = isDNS1123Subdomain(name);
  if (complaints.length > 0) return [invalid(field, name, complaints.join(","))];
  const labels = name.split(".");
  if (labels.length < 2) return [invalid(field, name, "should be a domain with at least two segments separated by dots")];
  const bad = labels.find((label) => isDNS1123Label(label).length > 0);
  return bad === undefined ? [] : [invalid(field, bad, isDNS1123Label(bad).join(","))];
}

/** `example.com/any/path` */
export function domainPrefixedPath(field: string, value: string): FieldError[] {
  if (value === "") return [required(field, "")];
  const slash = value.indexOf("/");
  const [host, path] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash < 1 || path === "") return [invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  return [
    ...complain(field, host, isDNS1123Subdomain(host)),
    ...(httpPath.test(path) ? [] : [invalid(field, path, `Invalid path (regex used for validation is '${HTTP_PATH}')`)]),
  ];
}
