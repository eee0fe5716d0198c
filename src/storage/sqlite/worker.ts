/** The store's thread: the only place that has the file, the keys and the plain values of the disk. Started by `sqliteStore`. */

import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openServer } from "./open.ts";
import { faultOf, type Opened, type Start } from "./protocol.ts";

const parent = parentPort as MessagePort;
try {
  const { server, db } = await openServer(workerData as Start);
  parent.on("message", (message: MessagePort | "stop") => {
    if (message !== "stop") {
      server.connect(message);
      return;
    }
    server.disconnect();
    db.close();
    parent.close();
  });
  parent.postMessage({ opened: true } satisfies Opened);
} catch (error) {
  parent.postMessage({ opened: false, fault: faultOf(error) } satisfies Opened);
  parent.close();
}
