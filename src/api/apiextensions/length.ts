/** Whether validating a definition takes long: that of its schemas does, and that of the rules in them. */

import { below, type SchemaProps } from "../../machinery/structural/schema-props.ts";
import type { CustomResourceDefinitionSpec } from "../tables/apiextensions-v1.ts";

/** What is validated in some ten milliseconds, in schemas; a rule takes as long as so many of them, and one more for each few of its characters. */
const SCHEMAS_MAX = 1500;
const RULE_SCHEMAS = 25;
const CHARACTERS_A_SCHEMA = 10;

export function takesLong({ versions = [] }: CustomResourceDefinitionSpec): boolean {
  const ahead = versions.flatMap(({ schema }) => (schema?.openAPIV3Schema ? [schema.openAPIV3Schema as SchemaProps] : []));
  let schemas = 0;
  for (let props = ahead.pop(); props; props = ahead.pop()) {
    schemas++;
    for (const { rule = "", messageExpression = "" } of props["x-kubernetes-validations"] ?? []) {
      schemas += RULE_SCHEMAS + (rule.length + messageExpression.length) / CHARACTERS_A_SCHEMA;
    }
    schemas += ((props.pattern?.length ?? 0) + (props.enum?.length ?? 0)) / CHARACTERS_A_SCHEMA;
    if (schemas > SCHEMAS_MAX) return true;
    ahead.push(...below(props));
  }
  return false;
}
