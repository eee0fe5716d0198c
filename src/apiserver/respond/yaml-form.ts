/** Answers in YAML. */

import { parseJson } from "../../machinery/json/document.ts";
import { encodeYaml } from "../../machinery/yaml/encode.ts";
import type { BodyForm } from "./form.ts";
import { once } from "./form.ts";
import { listChunks } from "./items.ts";
import { joined, textOf } from "./json-form.ts";

export const yamlForm: BodyForm = {
  contentType: "application/yaml",
  streamType: undefined,
  object: (_kind, bytes) => yamlOf(textOf(bytes)),
  list(kind, list) {
    return once(yamlOf(joined(listChunks(kind, list))));
  },
  events() {
    throw new Error("A watch has no YAML form");
  },
  document: (_apiVersion, _kind, json) => yamlOf(json),
};

/** The same answers as another form's, in YAML; there is no watch of them. */
export function inYaml(form: BodyForm): BodyForm {
  return {
    ...yamlForm,
    object: (kind, bytes) => yamlOf(textOf(form.object(kind, bytes))),
    list: (kind, list) => once(yamlOf(joined(form.list(kind, list)))),
  };
}

function yamlOf(json: string): Buffer {
  const budget = { maxBytes: Number.POSITIVE_INFINITY, maxDepth: 10_000, maxMembers: Number.POSITIVE_INFINITY };
  return Buffer.from(encodeYaml(parseJson(json, budget)));
}
