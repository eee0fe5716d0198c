/** Runs one drill against a live cluster and says what came of it. */

import type { ClusterAccess } from "../client/kubeconfig.ts";
import type { Dialer } from "../machinery/dialer.ts";
import type { Random } from "../machinery/random.ts";
import type { Drill, Finding } from "./drill.ts";
import { type Expectation, succeeds } from "./expect.ts";
import type { Machine } from "./machine.ts";
import { indexOf, recordProblem } from "./record.ts";
import { Room } from "./room.ts";
import { Wire } from "./wire.ts";

/** A drill that takes longer has failed. */
const DRILL_TIMEOUT_MS = 120_000;
const RECORD_WAIT_MS = 3000;
const RECORD_POLL_MS = 300;

export interface Cluster {
  /** How its administrator reaches it. */
  readonly access: ClusterAccess;
  readonly dialer: Dialer;
  readonly random: Random;
  /** The machine it runs on, where that is ours. */
  readonly machine?: Machine | undefined;
  readonly hasNodes?: boolean;
  /** Labels of the namespaces that drills make; none where absent, so that the cluster's own defaults are what is tried. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
}

export type Outcome = "passed" | "failed" | "skipped";

export interface Result {
  readonly drill: Drill;
  readonly outcome: Outcome;
  /** Why it failed, or was skipped. */
  readonly why: readonly string[];
  /** How many requests and observations were judged. */
  readonly checked: number;
  /** How many audit records were found to be right; undefined where none could be looked for. */
  readonly records: number | undefined;
  readonly tookMs: number;
}

/** Runs a drill in a namespace of its own, and takes that away again. */
export async function runDrill(drill: Drill, cluster: Cluster): Promise<Result> {
  const began = performance.now();
  const result = (outcome: Outcome, why: readonly string[], checked = 0, records?: number): Result => ({
    drill,
    outcome,
    why,
    checked,
    records,
    tookMs: performance.now() - began,
  });
  if (drill.needs === "machine" && !cluster.machine) return result("skipped", ["it needs the machine that the cluster runs on"]);
  if (drill.needs === "nodes" && !cluster.hasNodes) return result("skipped", ["it needs nodes that run containers"]);
  const { access, dialer, random, machine, namespaceLabels: labels = {} } = cluster;
  const wire = new Wire(access, dialer);
  const why: string[] = [];
  const findings: Finding[] = [];
  try {
    const room = await Room.open({ drill: drill.id, wire, random, admin: access, machine, labels });
    try {
      const found = await within(DRILL_TIMEOUT_MS, perform(drill, room));
      findings.push(...found.attack, ...found.twin);
      why.push(...judged(found.attack, drill.expect, "attack"), ...judged(found.twin, succeeds, "twin"));
    } finally {
      why.push(...(await room.close()).map((left) => `it left something behind: ${left}`));
    }
    const records = machine && (await lookForRecords(findings, machine));
    why.push(...(records?.problems ?? []));
    return result(why.length > 0 ? "failed" : "passed", why, findings.length, records?.right);
  } catch (error) {
    return result("failed", [...why, `it could not be carried out: ${error instanceof Error ? error.message : error}`], findings.length);
  } finally {
    await wire.close();
  }
}

async function perform(drill: Drill, room: Room): Promise<{ attack: readonly Finding[]; twin: readonly Finding[] }> {
  await drill.setup?.(room);
  const attack = await drill.attack(room);
  const twin = await drill.twin(room);
  if (attack.length === 0 || twin.length === 0) throw new Error("it tried nothing");
  return { attack, twin };
}

function judged(findings: readonly Finding[], expected: Expectation, part: string): string[] {
  return findings.flatMap(({ what, answer, expect = expected, problem }) => {
    const wrong = problem ?? (answer && expect(answer));
    return wrong === undefined ? [] : [`${part}, ${what}: ${wrong}`];
  });
}

interface Records {
  readonly problems: readonly string[];
  readonly right: number;
}

/** Looks for the record of every request; the keeper may be a moment behind. */
async function lookForRecords(findings: readonly Finding[], machine: Machine): Promise<Records> {
  const expected = findings.filter(({ answer, unrecorded }) => answer && !unrecorded);
  for (let waited = 0; ; waited += RECORD_POLL_MS) {
    const index = indexOf(await machine.records());
    const problems = expected.flatMap((finding) => {
      const wrong = recordProblem(finding, index);
      return wrong === undefined ? [] : [`record, ${finding.what}: ${wrong}`];
    });
    if (problems.length === 0 || waited >= RECORD_WAIT_MS) return { problems, right: expected.length - problems.length };
    await new Promise((resolve) => setTimeout(resolve, RECORD_POLL_MS));
  }
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
