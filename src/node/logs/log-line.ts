/** A line of a container's log as the runtime writes it: `TIME STREAM TAG TEXT`, where the tag P says that the line goes on in the next entry. */

export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  /** With its newline, unless it goes on. */
  readonly text: Buffer;
}

const SPACE = 0x20;
const NEWLINE = Buffer.from("\n");

/** @param raw without its newline. @returns undefined for what the runtime did not write */
export function parseLogLine(raw: Buffer): LogLine | undefined {
  const first = raw.indexOf(SPACE);
  const second = raw.indexOf(SPACE, first + 1);
  if (first < 0 || second < 0) return undefined;
  const third = raw.indexOf(SPACE, second + 1);
  const stream = raw.toString("latin1", first + 1, second);
  if (stream !== "stdout" && stream !== "stderr") return undefined;
  const tags = raw.toString("latin1", second + 1, third < 0 ? raw.length : third).split(":");
  const text = third < 0 ? Buffer.alloc(0) : raw.subarray(third + 1);
  return { time: raw.toString("latin1", 0, first), stream, text: tags.includes("P") ? text : Buffer.concat([text, NEWLINE]) };
}
