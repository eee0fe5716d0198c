/** What is meant to differ, or must: each with its reason, as docs/differences.md has them. */

import type { Asked } from "./servers.ts";

interface Known {
  readonly why: string;
  readonly title: RegExp;
  readonly of?: (asked: Asked, what: string) => boolean;
}

/** Refused there, and here taken or refused for something else: not one that both make in other ways. */
const REFUSED_THERE = /^code (200|201|409|422), not (400|422)|^(a|no) cause /;
/** An integer that is written as another number. */
const ODD_INTEGER = /[[:,](-?\d+\.0+|-?\d+(\.\d+)?[eE]\d+)[\],}]/;
const pathOf = ({ path }: Asked): string => path.split("?", 1)[0]!;

const KNOWN: readonly Known[] = [
  {
    why: "a path that isn't in its one normal form is refused",
    title: /^code 400, not \d+|^content type|^: /,
    of: (asked) => /\/\/|\/\.\.?(\/|$)|%2e|%2f|%(?![0-9a-f]{2})/i.test(pathOf(asked)),
  },
  {
    why: "a method that HTTP doesn't have is refused by the parser",
    title: /^code 400, not \d+|^code 0, not/,
    of: ({ method }) => !/^(GET|HEAD|OPTIONS|PUT|POST|PATCH|DELETE|TRACE)$/.test(method),
  },
  { why: "who made what the server itself keeps has another name", title: /"rampart-[a-z-]+"/ },
  {
    why: "a dry run of a Service asks for addresses and ports as the service itself would",
    title: /^code (422|500), not 20[01]/,
    of: ({ path }, what) => what.startsWith("services: ") && /[?&]dryRun=/.test(path),
  },
  { why: "the servers have other addresses", title: /^serverAddressByClientCIDRs/ },
  {
    why: "a control plane alone knows no way to nodes, pods and services",
    title: /^code 503, not/,
    of: (_, what) => /: (proxy|log|exec|attach|portforward)$/.test(what),
  },
  { why: "kube-apiserver itself breaks off", title: /^code \d+, not 0$/ },
  {
    why: "discovery takes only the methods that mean something",
    title: /^code 405, not (200|404|406)/,
    of: (asked) => /^\/(apis(\/[^/]+)?\/?|openapi|readyz|livez|healthz)/.test(pathOf(asked)),
  },
  {
    why: "what can be read is deleted as everything is",
    title: /^code 409, not 500$/,
    of: ({ path, body }) => (path + textOf(body)).includes("ignoreStoreReadErrorWithClusterBreakingPotential"),
  },
  {
    why: "a last bookmark comes just before the end of a watch, or just not",
    title: /^: (\d+ items, not \d+|\[?\{"type":"BOOKMARK")/,
    of: ({ path }, what) => what.endsWith(": watch") && path.includes("allowWatchBookmarks=true"),
  },
  { why: "a change that isn't stored doesn't count", title: /^metadata\.generation: /, of: (_, what) => what.startsWith("resourceslices: ") },
  {
    why: "the zero time is no time",
    title: /timeAdded|managedFields|deletionTimestamp: absent, not null|no cause FieldValueInvalid (first|last)Timestamp/,
    of: ({ body }) => textOf(body).includes("0001-01-01T00:00:00Z"),
  },
  {
    why: "one rule for versions that aren't there yet, whoever is asked for them",
    title: /^details\.retryAfterSeconds: 1, not absent$/,
    of: ({ path }, what) => what.endsWith(": list") && path.includes("resourceVersion="),
  },
  {
    why: "an apply that names no item needn't tell those apart that stand there",
    title: /^code 200, not 500$/,
    of: (_, what) => what === "serviceaccounts: apply",
  },
  {
    why: "of a Service without a name it is said that it has none",
    title: /^no cause FieldValueInvalid spec\.clusterIPs$|^a cause FieldValueRequired metadata\.name$/,
    of: ({ path, body }, what) => what === "services: create" && !textOf(body).includes(`${pathOf({ method: "", path }).split("/")[4]}-`),
  },
  {
    why: "an empty list that is applied over none says the same",
    title: /^code (200|422), not 409/,
    of: ({ body }, what) => what.endsWith(": apply") && textOf(body).includes(":[]"),
  },
  {
    why: "a dry run that makes an object gives it no version",
    title: /^metadata\.resourceVersion: absent, not "/,
    of: ({ method, path }) => method === "PUT" && path.includes("dryRun=All"),
  },
  {
    why: "of an object without a version nothing more is said",
    title: /^no warning/,
    of: ({ body }, what) => what.endsWith(": json patch") && textOf(body).includes('{"op":"remove","path":"/apiVersion"}'),
  },
  {
    why: "an applied null isn't set, of custom resources neither",
    title: /^code 20[01], not 422: .*FieldValueTypeInvalid/,
    of: ({ body }, what) => what === "gadgets: apply" && textOf(body).includes(":null"),
  },
  { why: "a namespace's finalizers come in Go's order of maps", title: /^metadata\.finalizers\[\]: "/, of: (_, what) => what === "namespaces: delete" },
  {
    why: "an applied value that only lacks what is always written says the same",
    title: /^no cause FieldManagerConflict \.endpoints$/,
    of: (_, what) => what === "endpointslices: apply",
  },
  {
    why: "a strategic merge patch of a map of lists is merged",
    title: /^code 200, not 500$/,
    of: ({ body }, what) => what === "certificatesigningrequests: strategic patch" && textOf(body).includes('"extra":{'),
  },
  {
    why: "a number beyond 64 bits isn't cut to fit",
    title: /./,
    of: ({ body }, what) => what.endsWith(": strategic patch") && textOf(body).includes("9223372036854775808"),
  },
  {
    why: "integers may be written in other ways: taken here, refused there",
    title: REFUSED_THERE,
    of: ({ method, type, body }) => method === "PATCH" && !/apply-patch/.test(type ?? "") && ODD_INTEGER.test(textOf(body)),
  },
  {
    why: "a number that no float64 holds",
    title: /^code \d+, not \d+$/,
    of: ({ body }) => textOf(body).includes("1e400"),
  },
  {
    why: "a directive for lists of scalars on a list of objects: in Go's order of maps",
    title: /./,
    of: ({ type, body }) => type === "application/strategic-merge-patch+json" && /"\$deleteFromPrimitiveList\/[^"]+":\[\{/.test(textOf(body)),
  },
  {
    why: "the server's own controller wrote in between",
    title: /^code \d+, not 409|^code 409, not/,
    of: ({ method }, what) =>
      (method === "PUT" || method === "PATCH") && /^(flowschemas|prioritylevelconfigurations|servicecidrs|apiservices|customresourcedefinitions): /.test(what),
  },
  { why: "the server's own controller wrote in between", title: /^: \d+ items, not \d+$/, of: (_, what) => /^(flowschemas|servicecidrs): watch$/.test(what) },
  {
    why: "a cache may be behind where any version will do",
    title: /^(items|rows): \d+ items, not \d+|^items\[\]|^rows\[\]|^and more$/,
    of: ({ path }) => /[?&]resourceVersion=0(&|$)/.test(path),
  },
  {
    why: "one rule for methods that mean nothing, of custom resources too",
    title: /^code 405, not (200|400|415|422)$|^details\.(group|kind|name): |^no warning/,
    of: (_, what) => what === "gadgets: odd method",
  },
  {
    why: "a Scale has a protobuf form, of custom resources too",
    title: /^code 200, not 406$|^content type application\/vnd\.kubernetes\.protobuf|^: "protobuf of/,
    of: (_, what) => what === "gadgets: scale",
  },
  {
    why: "a custom resource has no protobuf form",
    title: /^code 415, not/,
    of: ({ type }, what) => what.startsWith("gadgets: ") && type === "application/vnd.kubernetes.protobuf",
  },
  { why: "one object is no list, of custom resources too", title: /^code 406, not 500/, of: ({ accept }) => /PartialObjectMetadataList/.test(accept ?? "") },
  {
    why: "the rules of custom resources read numbers as numbers",
    title: REFUSED_THERE,
    of: ({ body }, what) => what.startsWith("gadgets: ") && ODD_INTEGER.test(textOf(body)),
  },
  {
    why: "a watch in the form of a list is refused",
    title: /^code 406, not 200/,
    of: ({ accept }, what) => what.endsWith(": watch") && /PartialObjectMetadataList/.test(accept ?? ""),
  },
  {
    why: "Go's decoder puts the second list of a repeated member into the first",
    title: /./,
    of: ({ body }) => hasRepeatedList(textOf(body)),
  },
];

function textOf(body: Asked["body"]): string {
  return typeof body === "string" ? body : "";
}

/** Whether a member whose second value is a list with a null stands there twice in a row, as `text.ts` writes them. */
function hasRepeatedList(text: string): boolean {
  return /"(\w+)":[^\n]*"\1":\[[^\]]*null/.test(text) && twice(text);
}

function twice(text: string): boolean {
  try {
    return JSON.stringify(JSON.parse(text)).length < text.length;
  } catch {
    return false;
  }
}

/** @returns why the difference is meant, where it is */
export function reasonFor(what: string, asked: Asked, title: string): string | undefined {
  return KNOWN.find((one) => one.title.test(title) && (one.of?.(asked, what) ?? true))?.why;
}
