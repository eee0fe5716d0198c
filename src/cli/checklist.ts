/** The list that one sees while a cluster starts: a line a step, marked when it is done; plain lines where the output is no terminal. */

const SPIN = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 80;

export interface Checklist {
  begin(name: string, label: string): void;
  done(name: string, tookMs: number): void;
  /** A line beside the list: a restart, a hint. */
  say(text: string): void;
  close(): void;
}

interface Row {
  readonly label: string;
  tookMs?: number;
}

/** @param output where it is drawn: `process.stderr` */
export function createChecklist(output: NodeJS.WriteStream): Checklist {
  const rows = new Map<string, Row>();
  const live = output.isTTY === true && !process.env.NO_COLOR;
  let drawn = 0;
  let frame = 0;
  const timer = live ? setInterval(draw, FRAME_MS) : undefined;

  function line({ label, tookMs }: Row): string {
    return tookMs === undefined ? `  ${SPIN[frame % SPIN.length]} ${label}` : `  \u001b[32m✓\u001b[0m ${label} \u001b[2m${seconds(tookMs)}\u001b[0m`;
  }
  function erase(): void {
    if (drawn > 0) output.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  }
  function draw(): void {
    frame++;
    erase();
    for (const row of rows.values()) output.write(`${line(row)}\n`);
    drawn = rows.size;
  }

  return {
    begin(name, label) {
      rows.set(name, { label });
      if (live) draw();
    },
    done(name, tookMs) {
      const row = rows.get(name);
      if (!row || row.tookMs !== undefined) return;
      row.tookMs = tookMs;
      if (live) draw();
      else output.write(`  ✓ ${row.label} ${seconds(tookMs)}\n`);
    },
    say(text) {
      if (live) erase();
      output.write(`${text}\n`);
      if (live) draw();
    },
    close() {
      clearInterval(timer);
      if (live) draw();
      rows.clear();
      drawn = 0;
    },
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
