/** YAML into the JSON that Kubernetes makes of it before it decodes: the first document, aliases expanded within a budget, keys as strings. */

import { Composer, type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, Parser, Scalar } from "yaml";
import { goQuote } from "../go-quote.ts";
import { DecodeError } from "../json/decode-error.ts";
import type { JsonValue } from "../json/document.ts";
import { encodeRaw } from "../json/encode.ts";
import { sortedKeys } from "../json/key-order.ts";
import { quoteJson } from "../json/quote.ts";
import { goFloat } from "./go-float.ts";
import { resolvePlain } from "./resolve.ts";

export interface YamlBudget {
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Scalars and collections, those that aliases repeat included. */
  readonly maxNodes: number;
}

export const yamlBudget: YamlBudget = { maxBytes: 3 * 1024 * 1024, maxDepth: 500, maxNodes: 400_000 };

export interface ConvertedYaml {
  readonly json: string;
  /** What strict field validation refuses: keys given twice, all in one sentence, as Kubernetes words it. */
  readonly strictErrors: readonly string[];
}

const STRICT_PREFIX = "yaml: unmarshal errors:\n";

/** @returns what the client is warned of: the lines of a YAML complaint one by one, other complaints as they are */
export function strictWarnings(strictErrors: readonly string[]): string[] {
  return strictErrors.flatMap((error) =>
    error.startsWith(STRICT_PREFIX)
      ? error
          .slice(STRICT_PREFIX.length)
          .split("\n")
          .map((line) => line.trim())
      : error,
  );
}

type JsonObject = { [key: string]: JsonValue };

/** Every scalar is text: what it means is ours to say. */
const OPTIONS = { schema: "failsafe", merge: false, uniqueKeys: false, strict: true, prettyErrors: false, stringKeys: false, logLevel: "silent" } as const;

/** Takes time that is not bounded by the bytes: for text of more than a few kilobytes see `YamlConverter`. Throws `DecodeError`. */
export function yamlToJson(text: string, budget: YamlBudget = yamlBudget): ConvertedYaml {
  if (Buffer.byteLength(text) > budget.maxBytes) throw new DecodeError(`yaml: the document is larger than ${budget.maxBytes} bytes`);
  const lines = new LineCounter();
  const contents = firstDocument(text, lines, budget);
  const converter = new Converter(lines, budget);
  const json = sortedJson(converter.value(contents, 0));
  const errors = converter.duplicates;
  return { json, strictErrors: errors.length > 0 ? [`${STRICT_PREFIX}  ${errors.join("\n  ")}`] : [] };
}

/** Ends at the first token that lies too deep: reading on would take half a second, and the library's recursion its stack. */
class ShallowParser extends Parser {
  readonly #openMax: number;

  constructor(maxDepth: number, lines: LineCounter) {
    super(lines.addNewLine);
    this.#openMax = maxDepth + 3; // The document, and a key and a value that are being read.
  }

  override *next(source: string): ReturnType<Parser["next"]> {
    yield* super.next(source);
    if (this.stack.length > this.#openMax) throw tooDeep();
  }
}

function tooDeep(): DecodeError {
  return new DecodeError("yaml: exceeded max depth");
}

function firstDocument(text: string, lines: LineCounter, { maxDepth }: YamlBudget): Node | null {
  let document: Document.Parsed | undefined;
  try {
    const parser = new ShallowParser(maxDepth, lines);
    for (document of new Composer(OPTIONS).compose(parser.parse(text))) break;
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(); // The library walks by recursion.
    throw error;
  }
  const fault = document?.errors[0];
  if (fault) throw new DecodeError(`yaml: line ${lines.linePos(fault.pos[0]).line}: ${fault.message}`);
  return document?.contents ?? null;
}

class Converter {
  readonly duplicates: string[] = [];
  readonly #lines: LineCounter;
  readonly #budget: YamlBudget;
  readonly #anchors = new Map<string, Node>();
  /** Anchored nodes that we are inside of. */
  readonly #open = new Set<Node>();
  #nodes = 0;
  #aliased = 0;
  #aliasDepth = 0;

  constructor(lines: LineCounter, budget: YamlBudget) {
    this.#lines = lines;
    this.#budget = budget;
  }

  value(node: Node | null, depth: number): JsonValue {
    if (node === null) return null;
    this.#count(depth);
    if (isAlias(node)) return this.#alias(node.source, depth);
    if ("anchor" in node && typeof node.anchor === "string") this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return scalarValue(node);
    this.#open.add(node);
    const value = isSeq(node) ? node.items.map((item) => this.value(item as Node | null, depth + 1)) : this.#mapping(node, depth);
    this.#open.delete(node);
    return value;
  }

  #mapping(node: Node, depth: number): JsonObject {
    const object: JsonObject = Object.create(null);
    if (isMap(node)) this.#fill(object, node.items as Pair<Node, Node | null>[], depth);
    return object;
  }

  #fill(object: JsonObject, pairs: readonly Pair<Node, Node | null>[], depth: number): void {
    for (const { key, value } of pairs) {
      if (isMerge(key)) {
        this.#merge(object, value, depth);
        continue;
      }
      const name = this.#key(key, depth);
      const line = this.#lines.linePos((value ?? key)?.range?.[0] ?? 0).line;
      const member = this.value(value, depth + 1);
      if (Object.hasOwn(object, name)) this.duplicates.push(`line ${line}: key ${shown(name, key)} already set in map`);
      object[name] = member;
    }
  }

  /** `<<`: the members of another map, or of several. */
  #merge(object: JsonObject, node: Node | null, depth: number): void {
    this.#count(depth);
    const target = isAlias(node) ? this.#anchored(node.source) : node;
    if (isMap(target)) this.#fill(object, target.items as Pair<Node, Node | null>[], depth + 1);
    else if (isSeq(target)) for (const item of target.items.toReversed()) this.#mergeItem(object, item as Node | null, depth + 1);
    else throw new DecodeError("yaml: map merge requires map or sequence of maps as the value");
  }

  #mergeItem(object: JsonObject, node: Node | null, depth: number): void {
    const target = isAlias(node) ? this.#anchored(node.source) : node;
    if (!isMap(target)) throw new DecodeError("yaml: map merge requires map or sequence of maps as the value");
    this.#merge(object, target, depth);
  }

  #alias(name: string, depth: number): JsonValue {
    const target = this.#anchored(name);
    this.#aliasDepth++;
    const value = this.value(target, depth + 1);
    this.#aliasDepth--;
    return value;
  }

  #anchored(name: string): Node {
    const target = this.#anchors.get(name);
    if (!target) throw new DecodeError(`yaml: unknown anchor '${name}' referenced`);
    if (this.#open.has(target)) throw new DecodeError(`yaml: anchor '${name}' value contains itself`);
    return target;
  }

  #key(node: Node | null, depth: number): string {
    const value = this.value(node, depth + 1);
    if (typeof value === "string") return value;
    if (typeof value === "boolean" || typeof value === "bigint") return String(value);
    if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : goFloat(Math.fround(value));
    if (value === null) throw new DecodeError("unsupported map key of type: %!s(<nil>)");
    throw new DecodeError("yaml: invalid map key");
  }

  /** Kubernetes allows almost all nodes to come from aliases, up to a number of nodes; beyond it there are too many of either. */
  #count(depth: number): void {
    if (depth > this.#budget.maxDepth) throw tooDeep();
    this.#nodes++;
    if (this.#aliasDepth > 0) this.#aliased++;
    const excessive = this.#nodes > this.#budget.maxNodes || (this.#aliased > 100 && this.#nodes > 1000 && this.#aliased / this.#nodes > 0.99);
    if (!excessive) return;
    if (this.#aliased > 0) throw new DecodeError("yaml: document contains excessive aliasing");
    throw new DecodeError(`yaml: the document has more than ${this.#budget.maxNodes} nodes`);
  }
}

function isMerge(key: Node | null): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.value === "<<" && key.tag === undefined;
}

/** As Go shows a key: text in quotes, other values as they are. */
function shown(name: string, key: Node | null): string {
  const isText = !isScalar(key) || typeof scalarValue(key) === "string";
  return isText ? goQuote(name) : name;
}

const TAG = "tag:yaml.org,2002:";

function scalarValue(node: Scalar): JsonValue {
  const text = node.source ?? String(node.value ?? "");
  const tag = node.tag?.startsWith(TAG) ? node.tag.slice(TAG.length) : node.tag;
  if (tag === undefined) return node.type === Scalar.PLAIN || node.type === undefined ? checked(resolvePlain(text)) : text;
  const value = resolvePlain(text);
  switch (tag) {
    case "int":
      if ((typeof value === "number" && Number.isInteger(value)) || typeof value === "bigint") return value;
      break;
    case "float":
      if (typeof value === "number" || typeof value === "bigint") return checked(Number(value));
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "null":
      if (value === null) return value;
      break;
    case "binary":
      return Buffer.from(text, "base64").toString("utf8");
    default:
      return text;
  }
  throw new DecodeError(`yaml: cannot decode !!str \`${text}\` as a !!${tag}`);
}

/** JSON has no infinities. */
function checked(value: JsonValue): JsonValue {
  if (typeof value === "number" && !Number.isFinite(value))
    throw new DecodeError(`json: unsupported value: ${value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : "NaN"}`);
  return value;
}

/** JSON with sorted members, as Kubernetes' conversion leaves it. */
function sortedJson(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return encodeRaw(value);
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  const members = sortedKeys(value).map((key) => `${quoteJson(key)}:${sortedJson(value[key]!)}`);
  return `{${members.join(",")}}`;
}
