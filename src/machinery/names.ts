/**
 * What names, labels and keys may look like. Each check returns Kubernetes' complaints, none for a good value, because clients show
 * them to people (k8s.io/apimachinery: util/validation, api/validate/content). All patterns are anchored and match in linear time.
 */

const DNS1123_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const DNS1123_SUBDOMAIN = `${DNS1123_LABEL}(\\.${DNS1123_LABEL})*`;
const LABEL_KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

const dns1123Label = whole(DNS1123_LABEL);
const dns1123Subdomain = whole(DNS1123_SUBDOMAIN);
const labelKey = whole(LABEL_KEY);

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

/** @returns the sentence for a value that doesn't match: examples stand as Kubernetes writes them, stray comma included */
function regexComplaint(message: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(" or ");
  return examples.length === 0
    ? `${message} (regex used for validation is '${pattern}')`
    : `${message} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

const tooManyCharacters = (max: number): string => `must be no more than ${max} characters`;
const tooManyBytes = (max: number): string => `must be no more than ${max} bytes`;
const bytes = (value: string): number => Buffer.byteLength(value);

/** A label of DNS (RFC 1123): names of namespaces, containers, volumes. */
export function isDNS1123Label(value = ""): string[] {
  const complaints = bytes(value) > 63 ? [tooManyCharacters(63)] : [];
  if (dns1123Label.test(value)) return complaints;
  if (dns1123Subdomain.test(value)) return [...complaints, "must not contain dots"];
  const message = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...complaints, regexComplaint(message, DNS1123_LABEL, "my-name", "123-abc")];
}

/** A subdomain of DNS (RFC 1123): the names of most objects. */
export function isDNS1123Subdomain(value = ""): string[] {
  const complaints = bytes(value) > 253 ? [tooManyCharacters(253)] : [];
  if (dns1123Subdomain.test(value)) return complaints;
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...complaints, regexComplaint(message, DNS1123_SUBDOMAIN, "example.com")];
}

/** The same in any case, as CSI drivers are named. */
export function isDNS1123SubdomainCaseless(value = ""): string[] {
  const complaints = bytes(value) > 253 ? [tooManyCharacters(253)] : [];
  if (dns1123Subdomain.test(value.toLowerCase())) return complaints;
  const message = "an RFC 1123 subdomain must consist of alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...complaints, regexComplaint(message, DNS1123_SUBDOMAIN, "Example.com")];
}

const DNS1123_SUBDOMAIN_UNDERSCORE = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*";
const dns1123SubdomainUnderscore = whole(DNS1123_SUBDOMAIN_UNDERSCORE);

/** A subdomain that may have underscores, as search domains and SRV names do. */
export function isDNS1123SubdomainWithUnderscore(value = ""): string[] {
  const complaints = bytes(value) > 253 ? [tooManyCharacters(253)] : [];
  if (dns1123SubdomainUnderscore.test(value)) return complaints;
  const message =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
  return [...complaints, regexComplaint(message, DNS1123_SUBDOMAIN_UNDERSCORE, "example.com")];
}

const WILDCARD_SUBDOMAIN = `\\*\\.${DNS1123_SUBDOMAIN}`;
const wildcardSubdomain = whole(WILDCARD_SUBDOMAIN);

/** `*.example.com` (RFC 1034, 4.3.3): hosts of Ingresses. */
export function isWildcardDNS1123Subdomain(value = ""): string[] {
  const complaints = bytes(value) > 253 ? [tooManyCharacters(253)] : [];
  if (wildcardSubdomain.test(value)) return complaints;
  const message =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [...complaints, regexComplaint(message, WILDCARD_SUBDOMAIN, "*.example.com")];
}

const DNS1035_LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?";
const dns1035Label = whole(DNS1035_LABEL);

/** A label of DNS that begins with a letter (RFC 1035): names of Services. */
export function isDNS1035Label(value = ""): string[] {
  const complaints = bytes(value) > 63 ? [tooManyCharacters(63)] : [];
  if (dns1035Label.test(value)) return complaints;
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...complaints, regexComplaint(message, DNS1035_LABEL, "my-name", "abc-123")];
}

const LABEL_KEY_MESSAGE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** What Kubernetes calls a qualified name: keys of labels, annotations, taints, names of extended resources. */
export function isQualifiedName(value = ""): string[] {
  const parts = value.split("/");
  if (parts.length > 2) {
    const sentence = regexComplaint(LABEL_KEY_MESSAGE, LABEL_KEY, "MyName", "my.name", "123-abc");
    return [`a valid label key ${sentence} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const complaints: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0] as string;
    if (prefix === "") complaints.push("prefix part must be non-empty");
    else {
      if (bytes(prefix) > 253) complaints.push(`prefix part ${tooManyBytes(253)}`);
      for (const complaint of isDNS1123Subdomain(prefix)) if (complaint !== tooManyCharacters(253)) complaints.push(`prefix part ${complaint}`);
    }
  }
  const name = parts.at(-1) as string;
  if (name === "") complaints.push("name part must be non-empty");
  else if (bytes(name) > 63) complaints.push(`name part ${tooManyBytes(63)}`);
  if (!labelKey.test(name)) complaints.push(`name part ${regexComplaint(LABEL_KEY_MESSAGE, LABEL_KEY, "MyName", "my.name", "123-abc")}`);
  return complaints;
}

const LABEL_VALUE = `(${LABEL_KEY})?`;
const labelValue = whole(LABEL_VALUE);

export function isValidLabelValue(value = ""): string[] {
  const complaints = bytes(value) > 63 ? [tooManyBytes(63)] : [];
  if (labelValue.test(value)) return complaints;
  const message =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...complaints, regexComplaint(message, LABEL_VALUE, "MyValue", "my_value", "12345")];
}

/** A name that stands in a path: roles and bindings may have any other characters. */
export function isPathSegmentName(value = ""): string[] {
  if (value === "." || value === "..") return [`may not be '${value}'`];
  return ["/", "%"].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`);
}

function relativePath(value: string): string[] {
  if (value === "." || value === "..") return [`must not be '${value}'`];
  return value.startsWith("..") ? ["must not start with '..'"] : [];
}

const CONFIG_MAP_KEY = "[-._a-zA-Z0-9]+";
const configMapKey = whole(CONFIG_MAP_KEY);

/** A key of a ConfigMap's or Secret's data, which becomes a file's name. */
export function isConfigMapKey(value = ""): string[] {
  const complaints = bytes(value) > 253 ? [tooManyCharacters(253)] : [];
  if (!configMapKey.test(value)) {
    const message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
    complaints.push(regexComplaint(message, CONFIG_MAP_KEY, "key.name", "KEY_NAME", "key-name"));
  }
  return [...complaints, ...relativePath(value)];
}

/** The name of an environment variable: printable ASCII without `=`. */
export function isEnvVarName(value = ""): string[] {
  const complaints = value === "" ? ["environment variable name must be non-empty"] : [];
  if (!/^[ -<>-~]*$/.test(value)) complaints.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  return complaints;
}

/** The name of a port (IANA service name, RFC 6335, in lower case). */
export function isValidPortName(value = ""): string[] {
  const complaints: string[] = [];
  if (bytes(value) > 15) complaints.push(tooManyCharacters(15));
  if (!/^[-a-z0-9]+$/.test(value)) complaints.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  if (!/[a-z]/.test(value)) complaints.push("must contain at least one letter (a-z)");
  if (value.includes("--")) complaints.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) complaints.push("must not begin or end with a hyphen");
  return complaints;
}

/** @returns a complaint where the number isn't within the bounds */
export function isInRange(value: number | bigint, min: number, max: number): string[] {
  return value >= min && value <= max ? [] : [`must be between ${min} and ${max}, inclusive`];
}

export const isValidPortNumber = (value: number | bigint): string[] => isInRange(value, 1, 65535);

const percent = /^[0-9]+%$/;

export function isValidPercent(value = ""): string[] {
  return percent.test(value) ? [] : [regexComplaint("a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%")];
}

const HTTP_HEADER = "[-A-Za-z0-9]+";
const httpHeader = whole(HTTP_HEADER);

export function isHTTPHeaderName(value = ""): string[] {
  return httpHeader.test(value) ? [] : [regexComplaint("a valid HTTP header must consist of alphanumeric characters or '-'", HTTP_HEADER, "X-Header-Name")];
}
