/**
 * The copy of the program that the cluster's processes run: Node, the source with its types stripped, the modules of production.
 * It belongs to root, everybody may read it, nobody may write to it; so the checkout may lie in a private home, and a process that is
 * taken over can't change what the next one runs.
 */

import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join, resolve } from "node:path";

const PLACE = "/usr/local/lib/rampart";
const YOUNG_MS = 10 * 60_000;

export interface Program {
  /** The node executable. */
  readonly node: string;
  /** The entry file of the command line. */
  readonly main: string;
  /** The entry file of the keeper of the record, which runs without the command line. */
  readonly auditd: string;
  readonly folder: string;
}

/** The program that this very process runs from, where that is a laid copy already. */
export function runningCopy(): Program | undefined {
  if (!import.meta.filename.endsWith(".js")) return undefined;
  return copyIn(resolve(import.meta.dirname, "../../.."));
}

function copyIn(folder: string): Program {
  return { node: join(folder, "bin/node"), main: join(folder, "src/cli/main.js"), auditd: join(folder, "src/auditd/main.js"), folder };
}

/** The checkout itself, where a process may as well run from: without root everything belongs to one user. */
export function checkoutProgram(checkout: string): Program {
  return { node: process.execPath, main: join(checkout, "src/cli/main.ts"), auditd: join(checkout, "src/auditd/main.ts"), folder: checkout };
}

/**
 * Lays the copy, unless it is there: its folder is named by the digest of what it holds.
 * @param checkout folder of the repository
 */
export function layProgram(checkout: string, place = PLACE): Program {
  const sources = globSync("src/**/*.{ts,json}", { cwd: checkout })
    .filter((file) => !file.endsWith(".test.ts"))
    .toSorted();
  const lock = join(checkout, "package-lock.json");
  const digest = createHash("sha256").update(process.version).update(readFileSync(lock));
  for (const file of sources) digest.update(`\0${file}\0`).update(readFileSync(join(checkout, file)));
  const folder = join(place, digest.digest("hex").slice(0, 16));
  const program = copyIn(folder);
  if (existsSync(program.main)) return program;

  const draft = `${folder}.${process.pid}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(join(draft, "bin"), { recursive: true });
  copyFileSync(process.execPath, join(draft, "bin/node"));
  chmodSync(join(draft, "bin/node"), 0o755);
  for (const file of sources) {
    const target = join(draft, file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    const text = readFileSync(join(checkout, file), "utf8");
    writeFileSync(target, file.endsWith(".ts") ? plainJavaScript(text) : text);
  }
  for (const module of productionModules(lock)) cpSync(join(checkout, module), join(draft, module), { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) copyFileSync(join(checkout, file), join(draft, file));
  lockDown(draft);
  renameSync(draft, folder);
  removeUnused(place, folder);
  return program;
}

/** Copies of earlier versions go once no process runs from them; another cluster's may still. */
function removeUnused(place: string, current: string): void {
  const used = new Set(readdirSync("/proc").flatMap((pid) => (/^\d+$/.test(pid) ? executableOf(pid) : [])));
  for (const name of readdirSync(place)) {
    const folder = join(place, name);
    const inUse = folder === current || [...used].some((executable) => executable.startsWith(`${folder}/`));
    // A draft or a young copy may be another cluster's that is just starting.
    // Another cluster may remove what is old at the same moment.
    const isYoung = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) < YOUNG_MS;
    if (!inUse && !isYoung) rmSync(folder, { recursive: true, force: true });
  }
}

function executableOf(pid: string): string[] {
  try {
    return [readlinkSync(`/proc/${pid}/exe`)];
  } catch {
    return []; // Gone, or another user's.
  }
}

/** Types out, and relative imports pointed at the files as they are called here. */
function plainJavaScript(source: string): string {
  return stripTypeScriptTypes(source).replace(/((?:from|import\(?|new URL\()\s*"\.[^"]*)\.ts"/g, '$1.js"');
}

/** Folders of the modules that the lock file marks as needed outside development. */
function productionModules(lock: string): string[] {
  const { packages } = JSON.parse(readFileSync(lock, "utf8")) as { packages: Record<string, { dev?: boolean; optional?: boolean }> };
  return Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== "" && !dev && !optional && !path.slice("node_modules/".length).includes("/node_modules/"))
    .map(([path]) => path);
}

/** Readable by all, writable by none: directories 0755, files 0444 or 0555 as they were executable. */
function lockDown(folder: string): void {
  for (const path of globSync("**/*", { cwd: folder }).map((name) => join(folder, name))) {
    const stat = statSync(path);
    if (stat.isDirectory()) chmodSync(path, 0o755);
    else chmodSync(path, stat.mode & 0o111 ? 0o555 : 0o444);
  }
  chmodSync(folder, 0o755);
}
