/** Chooses the form of an answer from what the client takes and what the kind has. */

import type { Kind } from "../../api/kind.ts";
import type { Call } from "../call.ts";
import type { BodyForm } from "./form.ts";
import { jsonForm, prettyForm } from "./json-form.ts";
import { type Form, type MediaType, negotiate, negotiateError, type Offer, PLAIN, type Transform } from "./negotiate.ts";
import { partialForms } from "./partial-form.ts";
import { yamlForm } from "./yaml-form.ts";

export type Shape = "object" | "list" | "watch";

const MEDIA: readonly MediaType[] = ["application/json", "application/yaml"];
const OFFERS: Readonly<Record<Shape, Offer>> = {
  object: { media: MEDIA, transforms: ["PartialObjectMetadata"] },
  list: { media: MEDIA, transforms: ["PartialObjectMetadataList"] },
  watch: { media: ["application/json"], transforms: ["PartialObjectMetadata"] },
};

/** @throws StatusError 406 where the client takes nothing that the kind has */
export function formOf(call: Call, _kind: Kind, shape: Shape): BodyForm {
  const form = negotiate(call, OFFERS[shape]);
  return form.transform === undefined ? plainForm(form, shape) : transformed(form.transform, form);
}

/** The form of a Status of success. @throws StatusError 406 */
export function documentFormOf(call: Call): BodyForm {
  return plainForm(negotiate(call, PLAIN), "object");
}

/** The form of an error: as the client asked where that can be, else JSON. */
export function errorFormOf(call: Call): BodyForm {
  return plainForm(negotiateError(call), "object");
}

function plainForm({ media, pretty }: Form, shape: Shape): BodyForm {
  if (media === "application/yaml") return yamlForm;
  return pretty && shape !== "watch" ? prettyForm : jsonForm;
}

function transformed(transform: Transform, { version }: Form): BodyForm {
  if (transform === "Table") throw new Error("Tables come from their own form");
  return partialForms[version];
}
