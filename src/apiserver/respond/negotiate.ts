/** Which form an answer takes: what Accept and the query say, tried in order as Kubernetes does. */

import { notAcceptable } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";

export type MediaType = "application/json" | "application/yaml" | "application/vnd.kubernetes.protobuf";
/** What is sent in place of the object: a Table, or its metadata alone. */
export type Transform = "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

export interface Form {
  readonly media: MediaType;
  readonly transform: Transform | undefined;
  /** Of `meta.k8s.io`, for a transform. */
  readonly version: "v1" | "v1beta1";
  /** Whether JSON is indented. */
  readonly pretty: boolean;
}

/** What an endpoint can send beside plain JSON. */
export interface Offer {
  readonly transforms: readonly Transform[];
  readonly media: readonly MediaType[];
}

/** Nothing but JSON, YAML and protobuf of the thing itself. */
export const PLAIN: Offer = { transforms: [], media: ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"] };
const JSON_FORM: Form = { media: "application/json", transform: undefined, version: "v1", pretty: false };
const PRETTY_AGENT = /^(?:curl|Wget|Mozilla\/5\.0)/;
const MAX_ACCEPT_LENGTH = 4096;

/**
 * @returns the form of the answer
 * @throws StatusError 406 where nothing that the client takes can be had
 */
export function negotiate(call: Call, offer: Offer): Form {
  const { accept } = call.exchange.headers;
  const pretty = isPretty(call);
  if (accept === undefined || accept === "" || accept === "application/json" || accept === "*/*") return pretty ? { ...JSON_FORM, pretty } : JSON_FORM;
  if (accept.length <= MAX_ACCEPT_LENGTH) {
    for (const clause of byQuality(accept)) {
      const form = formOf(clause, offer, pretty);
      if (form) return form;
    }
  }
  throw notAcceptable(`only the following media types are accepted: ${offered(offer).join(", ")}`);
}

/** @returns the plain form of an error: as the client asked where that can be, else JSON */
export function negotiateError(call: Call): Form {
  try {
    const form = negotiate(call, { ...PLAIN, transforms: ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"] });
    return { ...form, transform: undefined };
  } catch {
    return JSON_FORM;
  }
}

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The clauses of an Accept header, best quality first and otherwise as they stand. */
function byQuality(accept: string): Clause[] {
  const clauses = accept.split(",").map((text) => {
    const [type = "", ...rest] = text.split(";").map((part) => part.trim());
    const parameters = new Map(
      rest.map((part): [string, string] => [part.split("=", 1)[0]!.toLowerCase(), part.slice(part.indexOf("=") + 1).replace(/^"|"$/g, "")]),
    );
    const quality = Number(parameters.get("q") ?? 1);
    return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 1 };
  });
  return clauses.some((clause) => clause.quality !== 1) ? clauses.filter((clause) => clause.quality > 0).toSorted((a, b) => b.quality - a.quality) : clauses;
}

function formOf({ type, parameters }: Clause, offer: Offer, pretty: boolean): Form | undefined {
  const media = type === "*/*" ? offer.media[0] : offer.media.find((one) => one === type);
  if (!media) return undefined;
  const as = parameters.get("as");
  if (as === undefined) return { media, transform: undefined, version: "v1", pretty: pretty || parameters.get("pretty") === "1" };
  const transform = offer.transforms.find((one) => one === as);
  const version = parameters.get("v");
  if (!transform || parameters.get("g") !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1")) return undefined;
  if (transform === "Table" && media === "application/vnd.kubernetes.protobuf") return undefined;
  return { media, transform, version, pretty };
}

/** The query decides, else the user agent: people read what these three fetch. */
function isPretty(call: Call): boolean {
  const asked = call.query.get("pretty");
  if (asked) return /^(?:1|t|T|true|TRUE|True)$/.test(asked);
  return PRETTY_AGENT.test(call.exchange.headers["user-agent"] ?? "");
}

function offered(offer: Offer): string[] {
  const plain = [...offer.media];
  const transformed = offer.transforms.flatMap((as) =>
    offer.media.filter((media) => as !== "Table" || !media.includes("protobuf")).map((media) => `${media};as=${as};v=v1;g=meta.k8s.io`),
  );
  return [...plain, ...transformed];
}
