/** Which form an answer takes: what Accept and the query say, tried in order as Kubernetes does. */

import { notAcceptable, StatusError } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";
export const CBOR = "application/cbor";
export type MediaType = "application/json" | "application/yaml" | typeof PROTOBUF | typeof CBOR;
/** What is sent in place of the thing itself: a Table, its metadata alone, all of discovery at once. */
export type Transform = "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList" | "APIGroupDiscoveryList";
type Version = "v1" | "v1beta1" | "v2";

const TRANSFORMS: Readonly<Record<Transform, { readonly group: string; readonly versions: readonly Version[] }>> = {
  Table: { group: "meta.k8s.io", versions: ["v1", "v1beta1"] },
  PartialObjectMetadata: { group: "meta.k8s.io", versions: ["v1", "v1beta1"] },
  PartialObjectMetadataList: { group: "meta.k8s.io", versions: ["v1", "v1beta1"] },
  APIGroupDiscoveryList: { group: "apidiscovery.k8s.io", versions: ["v2"] },
};

export interface Form {
  readonly media: MediaType;
  readonly transform: Transform | undefined;
  /** Of `meta.k8s.io`, for its transforms. */
  readonly version: "v1" | "v1beta1";
  /** Whether JSON is indented. */
  readonly pretty: boolean;
}

/** What an endpoint can send beside plain JSON. */
export interface Offer {
  readonly transforms: readonly Transform[];
  readonly media: readonly MediaType[];
  /** The forms of the thing itself, where those are fewer. */
  readonly plain?: readonly MediaType[];
}

/** Nothing but JSON, YAML and protobuf of the thing itself. */
export const PLAIN: Offer = { transforms: [], media: ["application/json", "application/yaml", PROTOBUF] };

const JSON_FORM: Form = { media: "application/json", transform: undefined, version: "v1", pretty: false };
const PRETTY_FORM: Form = { ...JSON_FORM, pretty: true };
const PRETTY_AGENT = /^(?:curl|Wget|Mozilla\/5\.0)/;
const MAX_ACCEPT_LENGTH = 4096;
/** Accept headers come from client libraries: there are few. More than that and the memory begins anew. */
const REMEMBERED_MAX = 256;
const remembered = new WeakMap<Offer, Map<string, Form | undefined>>();

/**
 * @returns the form of the answer
 * @throws StatusError 406 where nothing that the client takes can be had
 */
export function negotiate(call: Call, offer: Offer): Form {
  const { accept } = call.exchange.headers;
  const pretty = isPretty(call);
  if (accept === undefined || accept === "" || accept === "application/json" || accept === "*/*") return pretty ? PRETTY_FORM : JSON_FORM;
  const form = chosen(accept, spoken(call, offer));
  if (!form) throw notAcceptable(`only the following media types are accepted: ${offer.media.join(", ")}`);
  return pretty && !form.pretty ? { ...form, pretty } : form;
}

/** What is offered with CBOR beside it, where the server speaks that. */
export function spoken(call: Call, offer: Offer): Offer {
  return call.context.settings.cbor ? withCbor.getOrInsertComputed(offer, cborBeside) : offer;
}

function cborBeside(offer: Offer): Offer {
  return { ...offer, media: [...offer.media, CBOR], ...(offer.plain && { plain: [...offer.plain, CBOR] }) };
}
const withCbor = new WeakMap<Offer, Offer>();

/** @returns the plain form of an error: as the client asked where that can be, else JSON for people to read */
export function negotiateError(call: Call): Form {
  const form = chosen(call.exchange.headers.accept || "*/*", spoken(call, PLAIN)) ?? PRETTY_FORM;
  return form.pretty ? form : { ...form, pretty: isPretty(call) };
}

/**
 * Whether any of the types that the client takes is one of the endpoint's, parameters aside: Kubernetes' router asks this before it looks at anything else.
 * [go-restful jsr311.go]
 */
export function namesMedia(accept: string | undefined, media: readonly string[]): boolean {
  if (!accept || accept === "application/json" || accept === "*/*") return true;
  return accept.split(",").some((clause) => {
    const type = clause.split(";", 1)[0]!.replace(/^ +| +$/g, "");
    return type === "*/*" || media.includes(type);
  });
}

/** The router's refusal. */
export function notProduced(media: readonly string[]): StatusError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${media.join(", ")}`;
  return new StatusError({ code: 406, reason: "NotAcceptable", message, details: {} });
}

function chosen(accept: string, offer: Offer): Form | undefined {
  let known = remembered.get(offer);
  if (!known || known.size > REMEMBERED_MAX) {
    known = new Map();
    remembered.set(offer, known);
  }
  if (known.has(accept)) return known.get(accept);
  const form = accept.length > MAX_ACCEPT_LENGTH ? undefined : firstOf(accept, offer);
  known.set(accept, form);
  return form;
}

function firstOf(accept: string, offer: Offer): Form | undefined {
  for (const clause of byQuality(accept)) {
    const form = formOf(clause, offer);
    if (form) return form;
  }
  return undefined;
}

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The clauses of an Accept header, best quality first and otherwise as they stand. */
function byQuality(accept: string): Clause[] {
  const clauses = accept.split(",").map((text) => {
    const [type = "", ...rest] = text.split(";").map((part) => part.trim());
    const parameters = new Map(rest.map(parameter));
    const quality = Number(parameters.get("q") ?? 1);
    return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 1 };
  });
  if (clauses.every((clause) => clause.quality === 1)) return clauses;
  return clauses.filter((clause) => clause.quality > 0).toSorted((a, b) => b.quality - a.quality);
}

function parameter(text: string): [name: string, value: string] {
  const [name = ""] = text.split("=", 1);
  return [name.toLowerCase(), text.slice(name.length + 1).replace(/^"|"$/g, "")];
}

function formOf({ type, parameters }: Clause, offer: Offer): Form | undefined {
  const media = type === "*/*" || type === "application/*" ? offer.media[0] : offer.media.find((one) => one === type);
  if (!media) return undefined;
  const pretty = parameters.get("pretty") === "1";
  const as = parameters.get("as");
  if (as === undefined) return offer.plain?.includes(media) === false ? undefined : { media, transform: undefined, version: "v1", pretty };
  const transform = offer.transforms.find((one) => one === as);
  if (!transform || TRANSFORMS[transform].group !== parameters.get("g")) return undefined;
  const version = TRANSFORMS[transform].versions.find((one) => one === parameters.get("v"));
  if (!version || (transform === "Table" && (media === PROTOBUF || media === CBOR))) return undefined;
  return { media, transform, version: version === "v2" ? "v1" : version, pretty };
}

/** The query decides, else the user agent: people read what these three fetch. */
function isPretty(call: Call): boolean {
  const asked = call.query.size > 0 ? call.query.get("pretty") : null;
  if (asked) return /^(?:1|t|T|true|TRUE|True)$/.test(asked);
  return PRETTY_AGENT.test(call.exchange.headers["user-agent"] ?? "");
}
