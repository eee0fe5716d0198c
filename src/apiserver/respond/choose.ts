/** Chooses the form of an answer from what the client takes and what the kind has. */

import type { Kind } from "../../api/kind.ts";
import { notAcceptable } from "../../machinery/status/status-error.ts";
import { includeObject } from "../../machinery/table/print.ts";
import type { Call } from "../call.ts";
import { cborForm, inCbor } from "./cbor-form.ts";
import type { BodyForm } from "./form.ts";
import { jsonForm, prettyForm, prettyOf } from "./json-form.ts";
import { CBOR, type Form, type MediaType, namesMedia, negotiate, negotiateError, notProduced, type Offer, PLAIN, PROTOBUF, spoken } from "./negotiate.ts";
import { partialForms } from "./partial-form.ts";
import { protobufForm, protobufPartialForms } from "./protobuf-form.ts";
import { tableForm } from "./table-form.ts";
import { inYaml, yamlForm } from "./yaml-form.ts";

export type Shape = "object" | "list" | "watch";

const STORED: Offer = { ...PLAIN, transforms: ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"] };
/** A question has no table. */
const QUESTION: Offer = { ...PLAIN, transforms: ["PartialObjectMetadata", "PartialObjectMetadataList"] };
const WATCH: Offer = { media: ["application/json", PROTOBUF], transforms: ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"] };

/** The metadata of custom resources have a protobuf message, the rest has none. */
const TEXTS: readonly MediaType[] = ["application/json", "application/yaml"];
const CUSTOM: Offer = { ...STORED, plain: TEXTS };
const CUSTOM_WATCH: Offer = { ...WATCH, plain: TEXTS };

function offerOf(kind: Kind): Offer {
  if (kind.form) return CUSTOM;
  return kind.table.verbs.includes("get") ? STORED : QUESTION;
}

/** Lists and watches share their routes. */
const LISTED = [...PLAIN.media, "application/json;stream=watch", `${PROTOBUF};stream=watch`];

/** Before anything is done: whether the client names a type that the endpoint has. @throws StatusError 406 */
export function checkAccept(call: Call, kind: Kind): void {
  if (kind.form || namesMedia(call.exchange.headers.accept, spoken(call, PLAIN).media)) return;
  throw notProduced(call.attributes.verb === "list" || call.attributes.verb === "watch" ? LISTED : PLAIN.media);
}

/** And in a form that it has. @throws StatusError 406 */
export function checkForm(call: Call, kind: Kind): void {
  const { accept } = call.exchange.headers;
  if (accept && accept !== "application/json" && call.attributes.subresource === "") negotiate(call, offerOf(kind));
}

/** @throws StatusError 406 where the client takes nothing that the kind has */
export function formOf(call: Call, kind: Kind, shape: Shape): BodyForm {
  const form = negotiate(call, shape === "watch" ? watchOffer(call, kind) : offerOf(kind));
  if (form.transform === undefined) return plainForm(form, shape);
  if (form.transform === "PartialObjectMetadataList" && shape !== "list")
    throw notAcceptable(`you requested PartialObjectMetadataList, but the requested object is not a list (${typeName(kind)})`);
  if (form.transform === "PartialObjectMetadata" && shape === "list")
    throw notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${typeName(kind)}List)`);
  if (form.media === PROTOBUF) return protobufPartialForms[form.version];
  const json: BodyForm = form.transform === "Table" ? chosenTable(call, form) : partialForms[form.version];
  if (form.media === "application/yaml") return inYaml(json);
  if (form.media === CBOR) return inCbor(json);
  return form.pretty && shape !== "watch" ? prettyOf(json) : json;
}

/** A client that likes YAML best is given nothing else, although no watch has it. @throws StatusError 406 */
function watchOffer(call: Call, kind: Kind): Offer {
  const { accept } = call.exchange.headers;
  if (accept?.includes("yaml") && negotiate(call, offerOf(kind)).media === "application/yaml")
    throw notAcceptable(`only the following media types are accepted: ${STREAMS.join(", ")}`);
  return kind.form ? CUSTOM_WATCH : WATCH;
}

const STREAMS = ["application/json;stream=watch", `${PROTOBUF};stream=watch`];

/** How Kubernetes' messages call a kind: by the package of its internal type. */
function typeName({ group, name, form }: Kind): string {
  if (form) return "*unstructured.Unstructured";
  return `*${group === "events.k8s.io" ? "core" : group.split(".", 1)[0] || "core"}.${name}`;
}

function chosenTable(call: Call, { version }: Form): BodyForm {
  const { clock } = call.context;
  return tableForm({ version, include: includeObject(call.query.get("includeObject") ?? undefined), now: () => clock.now() });
}

/** The form of a Status of success. @throws StatusError 406 */
export function documentFormOf(call: Call): BodyForm {
  return plainForm(negotiate(call, STORED), "object");
}

/** The form of an error: as the client asked where that can be, else JSON. */
export function errorFormOf(call: Call): BodyForm {
  return plainForm(negotiateError(call), "object");
}

export function plainForm({ media, pretty }: Form, shape: Shape): BodyForm {
  if (media === PROTOBUF) return protobufForm;
  if (media === CBOR) return cborForm;
  if (media === "application/yaml") return yamlForm;
  return pretty && shape !== "watch" ? prettyForm : jsonForm;
}
