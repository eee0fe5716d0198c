/** Several instances in this thread, for a control plane inside another program: they share a store and a port as the threads of a process do. */

import type { Store } from "../../storage/store.ts";
import { newSharedCounters } from "../flow/user-counts.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../server.ts";
import type { Instance } from "./instance.ts";

/**
 * @param stores one for each: clients of the same store
 * @returns them as one server
 */
export async function startTogether(options: Omit<ApiServerOptions, "store" | "instance">, stores: readonly [Store, ...Store[]]): Promise<ApiServer> {
  const [store, ...more] = stores;
  if (more.length === 0) return startApiServer({ ...options, store });
  const servers: ApiServer[] = [];
  const watches = newSharedCounters(options.random.uuid());
  const place = (index: number): Instance => ({
    index,
    count: stores.length,
    watches,
    others: { counted: () => Promise.all(servers.filter((_, i) => i !== index).map((one) => one.counted())), setLogLevel() {} },
  });
  const first = await startApiServer({ ...options, store, instance: place(0) });
  servers.push(first);
  for (const [i, joined] of more.entries()) servers.push(await startApiServer({ ...options, store: joined, port: first.port, instance: place(i + 1) }));
  const each = (act: (server: ApiServer) => void): void => {
    for (const server of servers) act(server);
  };
  return {
    ...first,
    setCertificate: (certificate, key) => each((one) => one.setCertificate(certificate, key)),
    setClientCa: (bundle) => each((one) => one.setClientCa(bundle)),
    setFrontProxyCa: (bundle) => each((one) => one.setFrontProxyCa(bundle)),
    async close(graceMs) {
      await Promise.all(servers.map((one) => one.close(graceMs)));
    },
  };
}
