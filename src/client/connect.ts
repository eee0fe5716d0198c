/** From a kubeconfig to a client: the dialer opens the session, the credential is read anew each time it is needed. */

import { createDialer, type Dialer, PURPOSES } from "../machinery/dialer.ts";
import { Client } from "./client.ts";
import { type ClusterAccess, readKubeconfig } from "./kubeconfig.ts";
import { Transport } from "./transport.ts";

const VERSION = "0.1.0";

export interface ConnectOptions {
  readonly access: ClusterAccess;
  /** Stands in the user agent, and so in managedFields and the audit log: `scheduler`. */
  readonly component: string;
  readonly dialer?: Dialer;
}

/** @returns a client that connects on its first request */
export function connect({ access, component, dialer = createDialer() }: ConnectOptions): Client {
  const { hostname, port } = new URL(access.server);
  const host = hostname.replace(/^\[|\]$/g, "");
  const transport = new Transport({
    open: () =>
      dialer.http2(
        { purpose: PURPOSES.apiserver, host, port: Number(port || 443) },
        { ca: access.ca, ...access.certificate?.(), ...(access.serverName && { serverName: access.serverName }), alpn: ["h2"] },
      ),
    token: async () => access.token?.(),
    userAgent: `rampart-${component}/${VERSION}`,
  });
  return new Client(transport);
}

/** @param file path of a kubeconfig. @throws Error in plain words where it can't be used */
export function connectByKubeconfig(file: string, component: string): Client {
  return connect({ access: readKubeconfig(file), component });
}

/** The same cluster under another identity: a bearer token that may change. */
export function withToken(access: ClusterAccess, token: () => string | Promise<string>): ClusterAccess {
  const { certificate: _, ...rest } = access;
  return { ...rest, token };
}
