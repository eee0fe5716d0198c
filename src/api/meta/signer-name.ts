/** Names of signers: `example.com/serving`. [Kubernetes pkg/apis/core/validation/names.go] */

import { isDNS1123Label, isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/status/field-error.ts";

const DOMAIN_MAX = 253;
/** A namespace, a dot and a name. */
const PATH_MAX = 253 + 63 + 1;

export function signerName(field: string, name: string): FieldError[] {
  if (name === "") return [required(field, "")];
  const [domain = "", path = "", ...more] = name.split("/");
  if (more.length > 0 || !name.includes("/")) return [invalid(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  const labels = domain.split(".");
  const errors: FieldError[] = domain.length > DOMAIN_MAX ? [tooLong(field, DOMAIN_MAX)] : [];
  errors.push(...firstBad(field, domain, labels, isDNS1123Label));
  if (labels.length < 2) errors.push(invalid(field, domain, "should be a domain with at least two segments separated by dots"));
  errors.push(...firstBad(field, path, path.split("."), isDNS1123Subdomain));
  return path.length > PATH_MAX ? [...errors, tooLong(field, PATH_MAX)] : errors;
}

/** Of several bad parts only the first is named: the others' complaints would read the same. */
function firstBad(field: string, value: string, parts: readonly string[], check: (part: string) => string[]): FieldError[] {
  for (const part of parts) {
    const complaints = check(part);
    if (complaints.length > 0) return complaints.map((complaint) => invalid(field, value, `validating label ${JSON.stringify(part)}: ${complaint}`));
  }
  return [];
}

export function isKubernetesSigner(name: string): boolean {
  const domain = name.split("/", 1)[0] ?? "";
  return domain === "kubernetes.io" || domain.endsWith(".kubernetes.io");
}
