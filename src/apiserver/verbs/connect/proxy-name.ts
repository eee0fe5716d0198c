/** The name in a proxy's path: `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT` (k8s.io/apimachinery, pkg/util/net). */

import { badRequest } from "../../../machinery/status/status-error.ts";

export interface ProxyName {
  readonly secure: boolean;
  readonly name: string;
  /** A number or a port's name; "" where none is given. */
  readonly port: string;
}

const SCHEMES = ["", "http", "https"];

/** @param what pod, service or node, for the complaint @throws StatusError 400 */
export function proxyName(what: string, text: string): ProxyName {
  const parts = text.split(":");
  const [scheme, name, port] = parts.length === 3 ? parts : ["", ...parts];
  if (parts.length > 3 || !name || !SCHEMES.includes(scheme ?? "")) throw badRequest(`invalid ${what} request ${JSON.stringify(text)}`);
  return { secure: scheme === "https", name, port: port ?? "" };
}

/** @throws StatusError 400 for what is no port's number */
export function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw badRequest(`invalid port ${JSON.stringify(text)}`);
  return port;
}
