/** What auditd's parent does for it: starts it with no rights but its log, and hands it the connections of a Unix socket. */

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";

/**
 * @param main this folder's `main.ts`, or its copy without types
 * @param readable the folder that the program lies in
 * @returns arguments for Node; the process also needs a channel (`stdio: [..., "ipc"]`)
 */
export function auditdArguments(main: string, readable: string, logDirectory: string): string[] {
  return [
    "--disable-proto=delete",
    "--permission",
    `--allow-fs-read=${readable}`,
    `--allow-fs-read=${logDirectory}`,
    `--allow-fs-write=${logDirectory}`,
    main,
    logDirectory,
  ];
}

export interface SenderSocket {
  /** Sends new connections to this process from now on; undefined while none runs: senders are then turned away, and come back. */
  handTo(child: ChildProcess | undefined): void;
  close(): void;
}

/**
 * Listens where the API server connects. It outlives auditd, so that either side may restart.
 * @param owner the API server's numeric user and group: nobody else may connect
 */
export async function listenForSenders(path: string, owner?: { readonly uid: number; readonly gid: number }): Promise<SenderSocket> {
  let keeper: ChildProcess | undefined;
  /** Connections on their way. Our end of one stays open until auditd has it; if auditd dies before, only we can end it. */
  const underway = new Set<Socket>();
  rmSync(path, { force: true });
  const server: Server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    if (!keeper?.connected) return void socket.destroy();
    underway.add(socket);
    socket.once("close", () => underway.delete(socket));
    keeper.send({ connection: true }, socket, (error) => {
      if (error) socket.destroy();
    });
  });
  const before = process.umask(0o177); // The socket is nobody's from the moment it exists.
  try {
    server.listen(path);
  } finally {
    process.umask(before);
  }
  await once(server, "listening");
  chmodSync(path, 0o600);
  if (owner) chownSync(path, owner.uid, owner.gid);
  return {
    handTo(child) {
      for (const socket of underway) socket.destroy();
      keeper = child;
    },
    close() {
      for (const socket of underway) socket.destroy();
      server.close(); // Its end isn't waited for: a server that handed out connections waits for word from processes that may be gone.
    },
  };
}
