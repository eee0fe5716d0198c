/** Where a webhook is: a URL or a service. [k8s.io/apiserver pkg/util/webhook/validation.go] */

import { isDNS1123Subdomain, isValidPortNumber } from "../../machinery/names.ts";
import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import type { ServiceReference, WebhookClientConfig } from "../tables/admissionregistration-v1.ts";

const FORM = "; desired format: https://host[/path]";

export function clientErrors(at: string, { url, service }: WebhookClientConfig): FieldError[] {
  if ((url === undefined) === (service === undefined)) return [required(at, "exactly one of url or service is required")];
  return url === undefined ? serviceErrors(`${at}.service`, service as ServiceReference) : urlErrors(`${at}.url`, url);
}

/** The parts of RFC 3986, whose pattern this is: a URL that isn't one has a strange scheme or no host. */
const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s;

function urlErrors(field: string, url: string): FieldError[] {
  const badEscape = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(url);
  if (badEscape) {
    return [required(field, `url must be a valid URL: parse ${JSON.stringify(url)}: invalid URL escape ${JSON.stringify(badEscape[0])}${FORM}`)];
  }
  const [, scheme = "", user, host = "", query, fragment] = PARTS.exec(url) ?? [];
  return [
    ...(scheme.toLowerCase() === "https" ? [] : [invalid(field, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`)]),
    ...(host ? [] : [invalid(field, host, `host must be specified${FORM}`)]),
    ...(user === undefined ? [] : [invalid(field, user, "user information is not permitted in the URL")]),
    ...(fragment ? [invalid(field, fragment, "fragments are not permitted in the URL")] : []),
    ...(query ? [invalid(field, query, "query parameters are not permitted in the URL")] : []),
  ];
}

function serviceErrors(at: string, { name, namespace, path, port = 0 }: ServiceReference): FieldError[] {
  const complaints = isValidPortNumber(port);
  return [
    // kube-apiserver names the one where the other is missing: what clients look for is what it says.
    ...(namespace ? [] : [required(`${at}.name`, "")]),
    ...(name ? [] : [required(`${at}.namespace`, "")]),
    ...(complaints.length > 0 ? [invalid(`${at}.port`, port, `port is not valid: ${complaints.join(", ")}`)] : []),
    ...(path === undefined ? [] : pathErrors(`${at}.path`, path)),
  ];
}

function pathErrors(field: string, path: string): FieldError[] {
  if (path === "" || path === "/") return [];
  if (path === "//") return [invalid(field, path, "segment[0] may not be empty")];
  const errors = path.startsWith("/") ? [] : [invalid(field, path, "must start with a '/'")];
  const steps = path.slice(1).replace(/\/$/, "").split("/");
  for (const [i, step] of steps.entries()) {
    const complaints = step === "" ? ["may not be empty"] : isDNS1123Subdomain(step).map((complaint) => `: ${complaint}`);
    for (const complaint of complaints) errors.push(invalid(field, path, `segment[${i}]${step === "" ? " " : ""}${complaint}`));
  }
  return errors;
}
