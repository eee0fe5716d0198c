/** The machine of a cluster that `up` runs here, for the drills that need one. */

import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Machine } from "../../drills/machine.ts";
import { keyFiles } from "../cluster/keys.ts";
import type { Layout } from "../cluster/layout.ts";
import { isAlive, type ProcessMark } from "../processes/proc.ts";
import { stop } from "../processes/spawn.ts";
import { runningState } from "../processes/state.ts";
import { readAuditFiles } from "./audit-files.ts";
import { hold } from "./hold.ts";
import { searchFolder } from "./search-folder.ts";
import { storedRows } from "./stored-rows.ts";

const RESTART_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/** @returns the machine, or why it can't be used from here */
export function drillMachine(layout: Layout): Machine | { readonly unusable: string } {
  const store = join(layout.of("apiserver"), "state.db");
  const log = layout.of("auditd");
  try {
    accessSync(store, constants.R_OK | constants.W_OK);
    accessSync(log, constants.R_OK | constants.X_OK);
  } catch (error) {
    return { unusable: error instanceof Error ? error.message : String(error) };
  }
  if (!apiServer(layout)) return { unusable: `no cluster runs from ${layout.data}` };
  return {
    records: async () => readAuditFiles(log),
    search: (needles) => searchFolder(layout.data, needles),
    async whileStopped(body) {
      const before = apiServer(layout);
      const letGo = hold(layout, "apiserver");
      try {
        if (before) await stop(before, "SIGTERM");
        body(storedRows(store));
      } finally {
        letGo();
      }
      await untilStarted(layout, before);
    },
    tokenKey: () => readFileSync(keyFiles.serviceAccountKey(layout), "utf8"),
    clientAuthority: () => ({
      cert: readFileSync(keyFiles.authority(layout, "client"), "utf8"),
      key: readFileSync(keyFiles.signerKey(layout, "client"), "utf8"),
    }),
    memoryBytes: () => {
      const server = apiServer(layout);
      return server && residentBytes(server.pid);
    },
  };
}

function apiServer(layout: Layout): (ProcessMark & { readonly ready: boolean }) | undefined {
  return runningState(layout)?.processes.find((one) => one.name === "apiserver" && isAlive(one));
}

async function untilStarted(layout: Layout, before: ProcessMark | undefined): Promise<void> {
  for (let waited = 0; waited < RESTART_TIMEOUT_MS; waited += POLL_MS) {
    const now = apiServer(layout);
    if (now?.ready && (now.pid !== before?.pid || now.startedAt !== before.startedAt)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`the API server did not start again within ${RESTART_TIMEOUT_MS / 1000} s; its log is ${join(layout.logs, "apiserver.log")}`);
}

function residentBytes(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
