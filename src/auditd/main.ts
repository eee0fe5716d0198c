/**
 * The keeper of the audit log: a process with nothing but its log directory. Under Node's permission model it can open no connection and read and write no
 * other file; its parent hands it each accepted connection over their channel. `start.ts` has the arguments that it is started with.
 */

import { Socket } from "node:net";
import { hardenBuiltIns } from "../machinery/hardening.ts";
import { createLog } from "../machinery/log.ts";
import { AuditLog } from "./log.ts";
import { serveSender } from "./service.ts";

hardenBuiltIns();
const [directory] = process.argv.slice(2);
if (directory === undefined || !process.send) {
  console.error("auditd is started by its parent, with the log's directory as its argument and a channel");
  process.exit(2);
}
const log = await AuditLog.open({ directory });

/** Senders that are being served. While there is one, the record goes on even if the parent dies; it only can't bring new ones. */
const senders = new Set<Socket>();
process.on("message", (_message, handle) => {
  if (!(handle instanceof Socket)) return;
  senders.add(handle);
  handle.once("close", () => {
    senders.delete(handle);
    endWithoutWork();
  });
  serveSender(handle, log, stop);
});
process.on("disconnect", endWithoutWork);
process.on("SIGTERM", end);

function endWithoutWork(): void {
  if (!process.connected && senders.size === 0) end();
}

function end(): void {
  void log.close().finally(() => process.exit(0));
}
process.send({ ready: true });
createLog("auditd").ready();

/** A disk that refused a write leaves the log's end unknown: the next start finds out. */
function stop(error: unknown): void {
  console.error(`auditd can't keep records in ${directory}: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
