/** Writes the table of docs/threat-model.md from the drills: `node scripts/threat-model.ts`. A test holds the two together. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drills } from "../src/drills/index.ts";
import { threats } from "../src/drills/threats.ts";

const BEGIN = "<!-- drills: made by scripts/threat-model.ts -->";
const END = "<!-- end of drills -->";
export const DOCUMENT = join(import.meta.dirname, "../docs/threat-model.md");

const NEEDS = { "control-plane": "", nodes: "nodes", machine: "its machine" } as const;

/** @returns the table: a row a drill, in the order of the threats; what varies from run to run is not part of it */
export function drillTable(): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  const rows = Object.entries(threats).flatMap(([number, threat]) => {
    const under = drills.filter((drill) => drill.threat === Number(number));
    const first = `${number}. ${threat}`;
    if (under.length === 0) return [[first, "none yet", "", "", ""]];
    return under.map(({ id, title, defence, actor, boundary, needs }, index) => [
      index === 0 ? first : "",
      `${id} ${title}`,
      defence,
      `${actor} → ${boundary}`,
      NEEDS[needs],
    ]);
  });
  const table = [["Threat", "Drill", "What stands against it", "Who → across", "Needs"], ["---", "---", "---", "---", "---"], ...rows];
  return table.map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");
}

/** @returns the document with its table as the drills have it. @throws where the document has no place for it */
export function withTable(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} has no place for the table between ${BEGIN} and ${END}`);
  return `${document.slice(0, begin)}${BEGIN}\n\n${drillTable()}\n\n${document.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(DOCUMENT, withTable(readFileSync(DOCUMENT, "utf8")));
