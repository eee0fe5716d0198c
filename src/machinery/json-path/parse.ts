/** JSON paths as kubectl and the columns of custom resources have them (k8s.io/client-go util/jsonpath): `.status.conditions[?(@.type=="Ready")].status`. */

export type PathStep =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "every" }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined; readonly by: number; readonly one: boolean }
  | { readonly kind: "union"; readonly paths: readonly (readonly PathStep[])[] }
  | { readonly kind: "deep" }
  | { readonly kind: "filter"; readonly left: Operand; readonly operator: string; readonly right: Operand | undefined };

export type Operand = { readonly path: readonly PathStep[] } | { readonly value: string | number | boolean };

/** The path can't be read. */
export class PathError extends Error {
  override name = "PathError";
}

/** Longer than any path that somebody writes. */
const LENGTH_MAX = 4096;

/** @throws PathError */
export function parsePath(text: string): readonly PathStep[] {
  if (text.length > LENGTH_MAX) throw new PathError("the path is too long");
  return new PathParser(text).steps();
}

class PathParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  steps(): PathStep[] {
    const steps: PathStep[] = [];
    while (this.#at < this.#text.length) {
      const rest = this.#text.slice(this.#at);
      const character = rest[0]!;
      if (rest.startsWith("[?(")) steps.push(this.#filter());
      else if (rest.startsWith("..")) steps.push(...this.#deep(steps));
      else if (character === " " || character === "@" || character === "$") this.#at++;
      else if (character === "[") steps.push(...this.#brackets());
      else if (character === ".") {
        this.#at++;
        steps.push(...this.#name());
      } else throw new PathError(`unrecognized character in action: ${character}`);
    }
    return steps;
  }

  #deep(before: readonly PathStep[]): PathStep[] {
    if (before.at(-1)?.kind === "deep") throw new PathError("invalid multiple recursive descent");
    this.#at += 2;
    return [{ kind: "deep" }, ...(/[\p{L}\p{Nd}_]/u.test(this.#text[this.#at] ?? "") ? this.#name() : [])];
  }

  /** A name up to what can't be in one; a backslash lets anything be. */
  #name(): PathStep[] {
    const [raw = ""] = /^(?:\\.|[^\s.,[\]$@{}\\])*/s.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += raw.length;
    if (raw === "*") return [{ kind: "every" }];
    const name = raw.replaceAll("\\", "");
    return name === "" ? [] : [{ kind: "member", name }];
  }

  #brackets(): PathStep[] {
    const end = this.#text.indexOf("]", this.#at);
    if (end < 0) throw new PathError("unterminated array");
    const inside = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    const parts = inside.split(",");
    if (parts.length > 1) return [{ kind: "union", paths: parts.map((part) => parsePath(`[${part.trim()}]`)) }];
    const quoted = /^'([^']*)'$/.exec(inside);
    if (quoted) return [...parsePath(`.${quoted[1]}`)];
    return [slice(inside)];
  }

  #filter(): PathStep {
    const begin = this.#at + 3;
    let quote = "";
    let at = begin;
    for (; ; at++) {
      const character = this.#text[at];
      if (character === undefined || character === "\n") throw new PathError("unterminated filter");
      if (quote !== "") {
        if (character === quote && this.#text[at - 1] !== "\\") quote = "";
      } else if (character === '"' || character === "'") quote = character;
      else if (character === ")") break;
    }
    if (this.#text[at + 1] !== "]") throw new PathError("unclosed array expect ]");
    this.#at = at + 2;
    const inside = this.#text.slice(begin, at);
    const parts = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(inside);
    if (!parts) return { kind: "filter", left: operand(inside), operator: "exists", right: undefined };
    return { kind: "filter", left: operand(parts[1]!), operator: parts[2]!, right: operand(parts[3]!) };
  }
}

function slice(inside: string): PathStep {
  if (inside === "*") return { kind: "slice", from: undefined, to: undefined, by: 1, one: false };
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inside);
  if (!match) throw new PathError(`invalid array index ${inside}`);
  const [from, to, by] = [match[1], match[2]?.slice(1), match[3]?.slice(1)].map((part) => (part ? Number(part) : undefined));
  if (match[2] === undefined) {
    if (from === undefined) throw new PathError(`invalid array index ${inside}`);
    return { kind: "slice", from, to: from + 1, by: 1, one: true };
  }
  return { kind: "slice", from, to, by: by ?? 1, one: false };
}

function operand(text: string): Operand {
  const trimmed = text.trim();
  const quoted = /^(["'])(.*)\1$/s.exec(trimmed);
  if (quoted) return { value: quoted[2]!.replaceAll(/\\(.)/gs, "$1") };
  if (trimmed === "true" || trimmed === "false") return { value: trimmed === "true" };
  if (/^[+-]?[\d.]+$/.test(trimmed)) return { value: Number(trimmed) };
  return { path: parsePath(trimmed) };
}
