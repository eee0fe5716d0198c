/** What is said of definitions that are let through all the same. */

import { isKnownFormat } from "../../machinery/structural/formats.ts";
import { type SchemaProps, someSchema } from "../../machinery/structural/schema-props.ts";
import type { CustomResourceDefinitionSpec } from "../tables/apiextensions-v1.ts";
import { partsOf } from "./internal.ts";

/** @param last of an update: what it had already isn't said again */
export function definitionWarnings(spec: CustomResourceDefinitionSpec, last: CustomResourceDefinitionSpec | undefined): string[] {
  const formats = unknownFormats(last);
  const sets = compoundSets(last);
  return [
    ...unknownFormats(spec)
      .filter((format) => !formats.includes(format))
      .map((format) => `unrecognized format ${JSON.stringify(format)}`),
    ...compoundSets(spec).filter((warning) => !sets.includes(warning)),
  ];
}

function visit(spec: CustomResourceDefinitionSpec | undefined, look: (props: SchemaProps) => void): void {
  if (!spec) return;
  for (const { value } of partsOf(spec).schemas) {
    someSchema(value, (props) => {
      look(props);
      return false;
    });
  }
}

function unknownFormats(spec: CustomResourceDefinitionSpec | undefined): string[] {
  const found: string[] = [];
  visit(spec, (props) => {
    if (props.format && !isKnownFormat({ format: props.format, ...(props.type !== undefined && { type: props.type }) })) found.push(props.format);
  });
  return found;
}

function compoundSets(spec: CustomResourceDefinitionSpec | undefined): string[] {
  const found = new Set<string>();
  visit(spec, ({ items, ...props }) => {
    if (props["x-kubernetes-list-type"] !== "set" || !items || Array.isArray(items)) return;
    const { type } = items;
    if (type !== "object" && type !== "array") return;
    found.add(`x-kubernetes-list-type: set for items of type ${JSON.stringify(type)} is not supported by server-side apply or CEL validation rules`);
  });
  return [...found].sort();
}
