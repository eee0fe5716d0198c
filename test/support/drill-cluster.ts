/** A control plane in this process with all that a drill wants of its machine: a store that can be stopped and touched, and a keeper of the record. */

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { AuditLog } from "../../src/auditd/log.ts";
import { serveSender } from "../../src/auditd/service.ts";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { readAuditFiles } from "../../src/cli/machine/audit-files.ts";
import { searchFolder } from "../../src/cli/machine/search-folder.ts";
import { storedRows } from "../../src/cli/machine/stored-rows.ts";
import { readKubeconfig } from "../../src/client/kubeconfig.ts";
import type { Cluster } from "../../src/drills/harness.ts";
import type { Machine } from "../../src/drills/machine.ts";
import { systemClock } from "../../src/machinery/clock.ts";
import { createDialer } from "../../src/machinery/dialer.ts";
import { systemRandom } from "../../src/machinery/random.ts";
import { auditSink } from "../../src/security/audit/sink.ts";

export interface DrillCluster extends AsyncDisposable {
  readonly cluster: Cluster & { readonly machine: Machine };
  /** The control plane that runs now. */
  readonly running: () => ControlPlane;
}

export async function startDrillCluster(): Promise<DrillCluster> {
  const folder = await mkdtemp(join(tmpdir(), "rampart-drills-"));
  const [store, audit] = [join(folder, "apiserver"), join(folder, "auditd")];
  for (const each of [store, audit]) await mkdir(each);
  const log = await AuditLog.open({ directory: audit });
  const sink = auditSink({
    clock: systemClock,
    connect: async () => {
      const [near, far] = duplexPair();
      serveSender(far, log, (error) => assert.fail(String(error)));
      return near;
    },
  });
  let running = await startControlPlane({ directory: store, audit: sink });
  await writeFile(join(folder, "admin.kubeconfig"), running.adminKubeconfig);
  const machine: Machine = {
    async records() {
      await sink.durable();
      return readAuditFiles(audit);
    },
    search: (needles) => searchFolder(folder, needles),
    async whileStopped(body) {
      const { keys, server } = running;
      await running.close();
      body(storedRows(join(store, "state.db")));
      running = await startControlPlane({ directory: store, audit: sink, keys, port: server.port });
    },
    tokenKey: () => running.keys.tokenKey,
    clientAuthority: () => running.clientAuthority,
    memoryBytes: () => undefined, // The attacker shares the process.
  };
  const access = readKubeconfig(join(folder, "admin.kubeconfig"));
  return {
    cluster: { access, dialer: createDialer(), random: systemRandom, machine },
    running: () => running,
    async [Symbol.asyncDispose]() {
      await running.close();
      await sink.close();
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
