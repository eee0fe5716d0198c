/** The process of the cluster's DNS: reads services, slices and namespaces, and answers. */

import { parseArgs } from "node:util";
import { EndpointSlice, Namespace, Service } from "../../api/resources.ts";
import { connect } from "../../client/connect.ts";
import { InformerSet } from "../../client/informers.ts";
import { readKubeconfig } from "../../client/kubeconfig.ts";
import { untilStopped } from "../../client/until-stopped.ts";
import { systemClock } from "../../machinery/clock.ts";
import { createLog } from "../../machinery/log.ts";
import { createDirectory } from "./directory.ts";
import { resolve } from "./records.ts";
import { startDnsServer } from "./server.ts";

/** @param args `--kubeconfig FILE`, `--server URL` where it is reached by another address, `--address IP`, `--port N`, `--domain cluster.local` */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      kubeconfig: { type: "string" },
      server: { type: "string" },
      address: { type: "string", default: "0.0.0.0" },
      port: { type: "string", default: "53" },
      domain: { type: "string", default: "cluster.local" },
    },
    strict: true,
  });
  if (!values.kubeconfig) throw new Error("dns: --kubeconfig FILE is missing");
  const { domain } = values;
  const log = createLog("dns");
  const access = readKubeconfig(values.kubeconfig);
  const client = connect({ access: { ...access, ...(values.server && { server: values.server }) }, component: "dns" });
  await untilStopped(async (signal) => {
    const informers = new InformerSet({
      client,
      clock: systemClock,
      signal,
      onError: (error) => log.warn("list or watch failed, trying again", { error: String(error) }),
    });
    const directory = createDirectory({ services: informers.of(Service), slices: informers.of(EndpointSlice), namespaces: informers.of(Namespace), domain });
    await informers.start();
    const server = await startDnsServer({
      address: values.address,
      port: Number(values.port),
      domain,
      resolve: (name, type) => resolve(name, type, domain, directory),
    });
    signal.addEventListener("abort", () => server.close(), { once: true });
    log.ready({ address: values.address });
  });
  await client.transport.close();
}
