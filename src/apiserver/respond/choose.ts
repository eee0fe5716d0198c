/** Chooses the form of an answer from what the client takes and what the kind has. */

import type { Kind } from "../../api/kind.ts";
import { notAcceptable, StatusError } from "../../machinery/status/status-error.ts";
import { includeObject } from "../../machinery/table/print.ts";
import type { Call } from "../call.ts";
import type { BodyForm } from "./form.ts";
import { jsonForm, prettyForm } from "./json-form.ts";
import { type Form, namesMedia, negotiate, negotiateError, type Offer, PLAIN, PROTOBUF } from "./negotiate.ts";
import { partialForms } from "./partial-form.ts";
import { protobufForm, protobufPartialForms } from "./protobuf-form.ts";
import { tableForm } from "./table-form.ts";
import { inYaml, yamlForm } from "./yaml-form.ts";

export type Shape = "object" | "list" | "watch";

const STORED: Offer = { ...PLAIN, transforms: ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"] };
/** A question has no table. */
const QUESTION: Offer = { ...PLAIN, transforms: ["PartialObjectMetadata", "PartialObjectMetadataList"] };
const WATCH: Offer = { media: ["application/json", PROTOBUF], transforms: ["Table", "PartialObjectMetadata", "PartialObjectMetadataList"] };

const offerOf = (kind: Kind): Offer => (kind.table.verbs.includes("get") ? STORED : QUESTION);

/** Before anything is done: whether the client takes what the endpoint has. @throws StatusError 406 */
export function checkAccept(call: Call, kind: Kind): void {
  const { accept } = call.exchange.headers;
  if (!accept || accept === "application/json" || accept === "*/*") return;
  if (!namesMedia(accept, PLAIN.media)) {
    const message = `406: Not Acceptable\n\nAvailable representations: ${PLAIN.media.join(", ")}`;
    throw new StatusError({ code: 406, reason: "NotAcceptable", message, details: {} });
  }
  if (call.attributes.subresource === "") negotiate(call, offerOf(kind));
}

/** @throws StatusError 406 where the client takes nothing that the kind has */
export function formOf(call: Call, kind: Kind, shape: Shape): BodyForm {
  const form = negotiate(call, shape === "watch" ? WATCH : offerOf(kind));
  if (form.transform === undefined && kind.form && form.media === PROTOBUF) {
    throw notAcceptable(`only the following media types are accepted: ${PLAIN.media.join(", ")}`); // Its metadata have a message, the rest has none.
  }
  if (form.transform === undefined) return plainForm(form, shape);
  if (form.transform === "PartialObjectMetadataList" && shape !== "list")
    throw notAcceptable("you requested PartialObjectMetadataList, but the requested object is not a list");
  if (form.transform === "PartialObjectMetadata" && shape === "list")
    throw notAcceptable("you requested PartialObjectMetadata, but the requested object is a list");
  if (form.transform === "Table") return chosenTable(call, form);
  if (form.media === PROTOBUF) return protobufPartialForms[form.version];
  const json = partialForms[form.version];
  return form.media === "application/yaml" ? inYaml(json) : json;
}

function chosenTable(call: Call, { media, version }: Form): BodyForm {
  const { clock } = call.context;
  const options = { version, include: includeObject(call.query.get("includeObject") ?? undefined), now: () => clock.now() };
  return media === "application/yaml" ? inYaml(tableForm(options)) : tableForm(options);
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
  if (media === "application/yaml") return yamlForm;
  return pretty && shape !== "watch" ? prettyForm : jsonForm;
}
