/** Documents as JSON text, also such as no encoder writes: numbers in odd forms, and members that come twice. */

/** A value that is written as it stands. */
export class Literal {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** At the end of a member's name: the member comes once more, under the name without it. */
export const AGAIN = "\u0001";

export function jsonText(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name.replaceAll(AGAIN, ""))}:${jsonText(member)}`).join(",")}}`;
}
