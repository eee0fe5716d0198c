/** Field selectors: `metadata.name=x,status.phase!=Running` (k8s.io/apimachinery pkg/fields). */

export interface FieldTerm {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

export class FieldSelector {
  readonly terms: readonly FieldTerm[];

  constructor(terms: readonly FieldTerm[]) {
    this.terms = terms;
  }

  get isEverything(): boolean {
    return this.terms.length === 0;
  }

  /** @param read gives a field's value; empty where the object has none */
  matches(read: (field: string) => string): boolean {
    for (const { field, operator, value } of this.terms) if ((read(field) === value) !== (operator === "=")) return false;
    return true;
  }

  /** @returns the one value that the field must have, where the selector says so */
  exact(field: string): string | undefined {
    return this.terms.find((term) => term.operator === "=" && term.field === field)?.value;
  }

  /** @returns the canonical query string */
  toString(): string {
    return this.terms.map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, "\\$&")}`).join(",");
  }
}

export const everyField: FieldSelector = new FieldSelector([]);

/** @throws Error in Kubernetes' words, which are the whole message of the 400 that answers it. Whether the kind knows the fields is the caller's to check. */
export function parseFieldSelector(query: string): FieldSelector {
  const terms: FieldTerm[] = [];
  for (const part of split(query).sort()) {
    if (part === "") continue;
    const operator = /!=|==|=/.exec(part);
    if (operator === null) throw new Error(`invalid selector: '${query}'; can't understand '${part}'`);
    const value = unescaped(part.slice(operator.index + operator[0].length));
    const field = part.slice(0, operator.index);
    if (field !== "" || value !== "") terms.push({ field, operator: operator[0] === "!=" ? "!=" : "=", value }); // A term that says nothing asks for nothing.
  }
  return terms.length === 0 ? everyField : new FieldSelector(terms);
}

/** @returns the terms between commas; a comma behind a backslash is part of a value */
function split(query: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let i = 0; i < query.length; i++) {
    if (query.charAt(i) === "\\") i++;
    else if (query.charAt(i) === ",") {
      parts.push(query.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(query.slice(start));
  return parts;
}

function unescaped(value: string): string {
  if (!/[\\,=]/.test(value)) return value;
  let result = "";
  for (let i = 0; i < value.length; i++) {
    const character = value.charAt(i);
    if (character === "\\") {
      const next = String.fromCodePoint(...[value.codePointAt(++i)].filter((point) => point !== undefined));
      if (next !== "\\" && next !== "," && next !== "=") throw new Error(`invalid field selector: invalid escape sequence: \\${next}`);
      result += next;
    } else if (character === "," || character === "=") {
      throw new Error(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    } else {
      result += character;
    }
  }
  return result;
}
