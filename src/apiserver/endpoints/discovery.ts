/** Discovery: `/`, `/api`, `/apis`, groups and versions, each plain or all at once (k8s.io/apiserver, pkg/endpoints/discovery). */

import { AGGREGATED, Discovery, etag, type ForeignVersion } from "../../machinery/openapi/discovery.ts";
import type { ResourceTable } from "../../machinery/schema/table.ts";
import type { Call, Endpoint, KindTable } from "../call.ts";
import { plainForm } from "../respond/choose.ts";
import { answerHeaders } from "../respond/headers.ts";
import { type Form, namesMedia, negotiate, notProduced, type Offer, PLAIN, spoken } from "../respond/negotiate.ts";
import { sendBody } from "../respond/send.ts";

/** Which kinds a peer serves in other versions isn't mixed in, so that `profile=nopeer` asks for what is there anyway. */
const ROOTS: Offer = { ...PLAIN, transforms: ["APIGroupDiscoveryList"] };

const NONE: readonly ForeignVersion[] = [];

/** @param address where clients find this server: host and port @param foreign what other servers serve; another list whenever that has changed @returns what finds discovery's documents by path; they follow what is served now */
export function discoveryEndpoints(
  kinds: KindTable,
  address: () => string,
  foreign: () => readonly ForeignVersion[] = () => NONE,
): (path: string) => Endpoint | undefined {
  let of: KindTable["all"] | undefined;
  let others = NONE;
  let discovery = new Discovery([]);
  const current = (): Discovery => {
    if (of !== kinds.all || others !== foreign()) {
      [of, others] = [kinds.all, foreign()];
      discovery = new Discovery(
        of.map((kind): ResourceTable => kind.table),
        others,
      );
    }
    return discovery;
  };
  return (path) => {
    const [, root, group, version, more] = path.replace(/\/$/, "").split("/");
    if (more !== undefined) return undefined;
    if (root === "api" && group === undefined) return rootEndpoint(current, "api", () => current().apiVersions(address()));
    if (path === "/apis/") return documentEndpoint(current().groupList(), "APIGroupList", negotiate); // Not all at once under this name.
    if (root === "apis" && group === undefined) return rootEndpoint(current, "apis", () => current().groupList());
    if (root === "api" && version === undefined) return documentEndpoint(current().resources("", group!), "APIResourceList", routed);
    if (root === "apis")
      return version === undefined
        ? documentEndpoint(current().group(group!), "APIGroup", group === AGGREGATORS_OWN ? routed : negotiate)
        : documentEndpoint(current().resources(group!, version), "APIResourceList", routed);
    return undefined;
  };
}

function documentEndpoint(document: object | undefined, kind: string, choose: typeof negotiate): Endpoint | undefined {
  return document && { methods: ["GET"], run: (call) => answerDocument(call, kind, document, choose(call, PLAIN)) };
}

function rootEndpoint(current: () => Discovery, root: "api" | "apis", plain: () => object): Endpoint {
  return {
    methods: ["GET"],
    run(call) {
      const form = root === "api" ? routed(call, ROOTS) : negotiate(call, ROOTS); // The groups come from what aggregates them, not from a route.
      if (form.transform) answerAggregated(call, current().aggregated(root), form);
      else answerDocument(call, root === "api" ? "APIVersions" : "APIGroupList", plain(), form);
    },
  };
}

/** The group of what aggregates the others, which comes from a route where the others don't. */
const AGGREGATORS_OWN = "apiregistration.k8s.io";

/** What comes from a route is held against what the route produces before anything else. @throws StatusError 406 */
function routed(call: Call, offer: Offer): Form {
  if (!namesMedia(call.exchange.headers.accept, spoken(call, offer).media)) throw notProduced(offer.media);
  return negotiate(call, offer);
}

function answerDocument(call: Call, kind: string, document: object, chosen: Form): void {
  const form = plainForm(chosen, "object");
  sendBody(call, 200, answerHeaders(call, form.contentType), form.document("v1", kind, JSON.stringify(document)));
}

/** Clients keep it and ask whether it has changed. */
function answerAggregated(call: Call, document: object, chosen: Form): void {
  const form = plainForm(chosen, "object");
  const body = form.document("apidiscovery.k8s.io/v2", "APIGroupDiscoveryList", JSON.stringify(document));
  const tag = etag(body);
  const headers = { ...answerHeaders(call, `${form.contentType}${AGGREGATED}`), etag: tag, "cache-control": "public", vary: "Accept" };
  if (call.exchange.headers["if-none-match"] === tag) call.exchange.answer(304, headers, new Uint8Array());
  else sendBody(call, 200, headers, body);
}
