/** A rule's `fieldPath`: `.spec.name`, `.data['a.b']`. [Kubernetes' apiextensions-apiserver pkg/apiserver/schema/cel/validation.go, ValidFieldPath] */

import { additionalOf, type RuleSchema } from "./schema.ts";

const STEP = /^(?:\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\])/;
const ESCAPES: ReadonlyMap<string, string> = new Map(
  [..."abfnrtv"]
    .map((letter, i) => [letter, "\x07\b\f\n\r\t\v"[i]!] as const)
    .concat([
      ["'", "'"],
      ["\\", "\\"],
    ]),
);

/** @returns the path as field errors write it, without its first dot; empty for a path that isn't valid */
export function normalFieldPath(path: string, schema: RuleSchema): string {
  return isFieldPath(path, schema) ?? "";
}

/** @returns the path as field errors write it; undefined where the schema has no such field */
export function isFieldPath(path: string, schema: RuleSchema): string | undefined {
  let rest = path;
  let at: RuleSchema = schema;
  let normal = "";
  while (rest !== "") {
    const [all, plain, quoted] = STEP.exec(rest) ?? [];
    if (all === undefined) return undefined;
    const name = plain ?? unescaped(quoted ?? "");
    if (name === undefined) return undefined;
    const additional = additionalOf(at);
    const next: RuleSchema | undefined = at.properties ? (Object.hasOwn(at.properties, name) ? at.properties[name] : undefined) : additional;
    if (!next) return undefined;
    normal += at.properties ? `${normal ? "." : ""}${name}` : `[${name}]`;
    at = next;
    rest = rest.slice(all.length);
  }
  return normal;
}

function unescaped(text: string): string | undefined {
  let bad = false;
  const result = text.replace(/\\(.)/gs, (_, letter: string) => {
    const character = ESCAPES.get(letter);
    if (character === undefined) bad = true;
    return character ?? "";
  });
  return bad ? undefined : result;
}
