/** YAML as Kubernetes takes it: turned into JSON, aliases within a budget, of repeated keys a complaint in the parser's own words. */

import { LineCounter, type ParsedNode, parseDocument } from "yaml";
import { DecodeError } from "./json/decode-error.ts";
import { stringifyExactly } from "./json/stringify.ts";

/** A document whose aliases unfold to more than this many nodes is refused, as an amplifier. */
const ALIASES_MAX = 100;

export interface YamlAsJson {
  readonly json: string;
  /** What strict field validation refuses: `line 6: key "a" already set in map`. */
  readonly strictErrors: readonly string[];
}

/** @throws DecodeError for what isn't YAML */
export function yamlToJson(text: string): YamlAsJson {
  const lines = new LineCounter();
  const document = parseDocument<ParsedNode, false>(text, {
    version: "1.1",
    merge: true,
    uniqueKeys: true,
    stringKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    intAsBigInt: true,
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || (!NOT_JSON.has(tag.tag) && tag.format !== "TIME")),
  });
  const strictErrors: string[] = [];
  for (const error of document.errors) {
    const { line } = lines.linePos(error.pos[0]);
    if (error.code !== "DUPLICATE_KEY") throw new DecodeError(`error converting YAML to JSON: yaml: line ${line}: ${error.message}`);
    const key = /^[^:\s]+/.exec(text.slice(error.pos[0]))?.[0] ?? "";
    strictErrors.push(`line ${line}: key ${JSON.stringify(key.replace(/^["']|["']$/g, ""))} already set in map`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    throw new DecodeError(`error converting YAML to JSON: yaml: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { json: stringifyExactly(value), strictErrors };
}

/** Types of YAML 1.1 that JSON has no form for: their text stays text, as that of numbers to base 60 does. */
const NOT_JSON: ReadonlySet<string> = new Set(["tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:binary", "tag:yaml.org,2002:set", "tag:yaml.org,2002:omap"]);
