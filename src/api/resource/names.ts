/** How drivers, pools, attributes and shares of devices are named. [Kubernetes pkg/apis/resource/validation/validation.go] */

import { isDNS1123Subdomain, isDNS1123SubdomainCaseless, isQualifiedName } from "../../machinery/names.ts";
import { type FieldError, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import { complain } from "../meta/checks.ts";

const DRIVER_MAX = 63;
const POOL_MAX = 253;
const IDENTIFIER_MAX = 32;
/** A domain, a slash and an identifier. */
export const QUALIFIED_MAX = 63 + 1 + IDENTIFIER_MAX;
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
const IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function driverName(at: string, name = ""): FieldError[] {
  if (!name) return [required(at, "")];
  return [...(name.length > DRIVER_MAX ? [tooLong(at, DRIVER_MAX)] : []), ...complain(at, name, isDNS1123Subdomain(name.toLowerCase()))];
}

/** The same where Kubernetes declares it instead, which then says it in other words. */
export function declaredDriver(at: string, name = ""): FieldError[] {
  if (!name) return [required(at, "")];
  const message = `Too long: may not be more than ${DRIVER_MAX} characters`;
  if (name.length > DRIVER_MAX) return [{ type: "FieldValueTooLong", field: at, message }];
  return complain(at, name, isDNS1123SubdomainCaseless(name));
}

export function poolName(at: string, name = ""): FieldError[] {
  if (!name) return [required(at, "")];
  const parts = name.split("/").flatMap((part) => complain(at, part, isDNS1123Subdomain(part)));
  return [...(name.length > POOL_MAX ? [tooLong(at, POOL_MAX)] : []), ...parts];
}

export function declaredPool(at: string, name = ""): FieldError[] {
  if (!name) return [required(at, "")];
  const parts = name.split("/").flatMap((part, i) => {
    if (!part) return [invalid(at, name, `segment ${i}: must not be empty`)];
    return complain(
      at,
      part,
      isDNS1123Subdomain(part).map((complaint) => `segment ${i}: ${complaint}`),
    );
  });
  return [...(name.length > POOL_MAX ? [tooLong(at, POOL_MAX)] : []), ...parts];
}

/** `name`, or `example.com/name`. */
export function qualifiedName(at: string, name: string): FieldError[] {
  const [first = "", second, ...more] = name.split("/");
  if (second === undefined) return cIdentifier(at, first);
  if (more.length > 0) return []; // Accepted there, too.
  return [
    ...(first ? driverName(at, first) : [invalid(at, "", "the domain must not be empty")]),
    ...(second ? cIdentifier(at, second) : [invalid(at, "", "the name must not be empty")]),
  ];
}

export function fullyQualifiedName(at: string, name: string): FieldError[] {
  const [first = "", second, ...more] = name.split("/");
  if (second === undefined) return [...cIdentifier(at, first), invalid(at, name, "a fully qualified name must be a domain and a name separated by a slash")];
  if (more.length > 0) return [];
  const prefix = isDNS1123Subdomain(first).map((complaint) => `prefix: ${complaint}`);
  return [
    ...(first
      ? [...(first.length > DRIVER_MAX ? [tooLong(at, DRIVER_MAX)] : []), ...complain(at, first, prefix)]
      : [invalid(at, "", "prefix must not be empty")]),
    ...(second ? cIdentifier(at, second) : [invalid(at, "", "name must not be empty")]),
  ];
}

function cIdentifier(at: string, name: string): FieldError[] {
  return [...(name.length > IDENTIFIER_MAX ? [tooLong(at, IDENTIFIER_MAX)] : []), ...(identifier.test(name) ? [] : [invalid(at, name, IDENTIFIER)])];
}

export function shareId(at: string, id: string | undefined): FieldError[] {
  return id === undefined || uuid.test(id) ? [] : [invalid(at, id, "must be a lowercase UUID in 8-4-4-4-12 format")];
}

/** A resource of pods that devices of a class can be asked for by. [k8s.io/apimachinery pkg/api/validate ExtendedResourceName] */
export function extendedResourceName(at: string, name: string): FieldError[] {
  const errors = complain(at, name, isQualifiedName(`requests.${name}`));
  if (name.startsWith("requests.")) errors.unshift(invalid(at, name, 'must not have "requests." prefix'));
  if (!name.includes("/")) errors.unshift(invalid(at, name, "a name must be a domain-prefixed path, such as 'example.com/my-prop'"));
  else if (name.includes("kubernetes.io/")) errors.unshift(invalid(at, name, 'must not have "kubernetes.io/" domain'));
  return errors;
}
