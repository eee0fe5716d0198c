/** Serves the node's own API as soon as there is a certificate for it, and under each that follows. */

import { readFileSync } from "node:fs";
import { keepServingCertificate, type ServingOptions } from "../registration/serving-certificate.ts";
import type { NodeApi } from "./node-api.ts";
import { type NodeServer, startNodeServer } from "./server.ts";

export interface KeepServingOptions extends ServingOptions {
  readonly api: NodeApi;
  readonly port: number;
  /** File with the PEM of the authorities that the API server's certificate comes from. */
  readonly clientCa: string;
  readonly callers: ReadonlySet<string>;
  failed(what: string): (error: unknown) => void;
}

/** @returns what ends it */
export function keepServing(options: KeepServingOptions): () => Promise<void> {
  const { api, ips, port, clientCa, callers, failed } = options;
  const address = ips[0] ?? "0.0.0.0";
  let server: Promise<NodeServer> | undefined;
  void keepServingCertificate(
    options,
    (certified) => {
      if (server) return void server.then((started) => started.use(certified));
      server = startNodeServer({ api, certified, clientCa: readFileSync(clientCa, "utf8"), callers, address, port });
      server.then(
        (started) => api.context.log.info("the node's API listens", { address, port: started.port }),
        (error) => {
          server = undefined;
          failed("the node's API does not listen")(error);
        },
      );
    },
    failed("serving certificate not renewed"),
  );
  return async () => {
    await (await server)?.close();
  };
}
