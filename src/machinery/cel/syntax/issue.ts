/** What is wrong with an expression, and where; shown with the line and a mark beneath it, as cel-go shows it. */

export interface Issue {
  /** In characters from the start. */
  readonly at: number;
  readonly message: string;
}

/** Longer lines aren't shown. */
const SNIPPET_MAX = 16_384;

/** The issues as one text, each with its place: `ERROR: <input>:1:5: undeclared reference to 'x' (in container '')`. */
export function showIssues(source: string, issues: readonly Issue[]): string {
  return issues.map((issue) => showIssue(source, issue)).join("\n");
}

function showIssue(source: string, { at, message }: Issue): string {
  const before = source.slice(0, at);
  const line = before.split("\n").length;
  const start = before.lastIndexOf("\n") + 1;
  const column = [...source.slice(start, at)].length;
  const end = source.indexOf("\n", start);
  const text = source.slice(start, end < 0 ? undefined : end).replaceAll("\t", " ");
  const head = `ERROR: <input>:${line}:${column + 1}: ${message}`;
  if (text.length > SNIPPET_MAX || (text === "" && start === source.length && source === "")) return head;
  const shown = [...text];
  const mark = (character: string | undefined, narrow: string, wide: string) =>
    character !== undefined && (character.codePointAt(0) ?? 0) > 127 ? wide : narrow;
  const dots = shown.slice(0, column).map((character) => mark(character, ".", "．"));
  return `${head}\n | ${text}\n | ${dots.join("")}${mark(shown[column], "^", "＾")}`;
}
