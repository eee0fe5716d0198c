/** Chooses the form of an answer from what the client takes and what the kind has. */

import type { Kind } from "../../api/kind.ts";
import type { Call } from "../call.ts";
import type { BodyForm } from "./form.ts";
import { jsonForm, prettyForm } from "./json-form.ts";
import { type Form, negotiate, negotiateError, type Offer, PLAIN, PROTOBUF } from "./negotiate.ts";
import { partialForms } from "./partial-form.ts";
import { protobufForm, protobufPartialForms } from "./protobuf-form.ts";
import { yamlForm } from "./yaml-form.ts";

export type Shape = "object" | "list" | "watch";

const OFFERS: Readonly<Record<Shape, Offer>> = {
  object: { ...PLAIN, transforms: ["PartialObjectMetadata"] },
  list: { ...PLAIN, transforms: ["PartialObjectMetadataList"] },
  watch: { media: ["application/json", PROTOBUF], transforms: ["PartialObjectMetadata"] },
};

/** @throws StatusError 406 where the client takes nothing that the kind has */
export function formOf(call: Call, _kind: Kind, shape: Shape): BodyForm {
  const form = negotiate(call, OFFERS[shape]);
  return form.transform === undefined ? plainForm(form, shape) : (form.media === PROTOBUF ? protobufPartialForms : partialForms)[form.version];
}

/** The form of a Status of success. @throws StatusError 406 */
export function documentFormOf(call: Call): BodyForm {
  return plainForm(negotiate(call, PLAIN), "object");
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
