/** Reads the part of a kubeconfig that a component needs: where the server is, whom to trust, how to show who one is. */

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";

/** How to reach a cluster and as whom. */
export interface ClusterAccess {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM of the authorities that may have signed the server's certificate. */
  readonly ca: string;
  readonly serverName?: string;
  /** PEM; read again at each connection, so that rotated files take effect. */
  readonly certificate?: () => { readonly cert: string; readonly key: string };
  /** The bearer token for a request made now. */
  readonly token?: () => string | Promise<string>;
}

interface Named<K extends string, T> {
  readonly name: string;
  readonly value?: T;
  readonly key?: K;
}
type Entries = readonly (Named<string, unknown> & Record<string, Record<string, unknown> | string>)[];

/**
 * @param file path of a kubeconfig (YAML or JSON); relative paths in it are relative to its folder
 * @throws Error in plain words where the file lacks what is needed or asks for a log-in program, which components don't run
 */
export function readKubeconfig(file: string): ClusterAccess {
  const config = parse(readFileSync(file, "utf8")) as { contexts?: Entries; clusters?: Entries; users?: Entries; "current-context"?: string };
  const pick = (list: Entries | undefined, name: string, member: string): Record<string, unknown> => {
    const found = list?.find((entry) => entry.name === name)?.[member];
    if (typeof found !== "object") throw new Error(`Cannot use kubeconfig ${file}: it has no ${member} "${name}"`);
    return found;
  };
  const context = pick(config.contexts, config["current-context"] ?? "", "context");
  const cluster = pick(config.clusters, String(context.cluster), "cluster");
  const user = pick(config.users, String(context.user), "user");
  if (user.exec || user["auth-provider"]) throw new Error(`Cannot use kubeconfig ${file}: user "${context.user}" logs in by another program`);
  if (cluster["insecure-skip-tls-verify"]) throw new Error(`Cannot use kubeconfig ${file}: it turns off the check of the server's certificate`);
  const at = (path: unknown): string => readFileSync(resolve(dirname(file), String(path)), "utf8");
  const material = (holder: Record<string, unknown>, name: string): (() => string) | undefined => {
    const data = holder[`${name}-data`];
    if (typeof data === "string") return () => Buffer.from(data, "base64").toString();
    return holder[name] ? () => at(holder[name]) : undefined;
  };
  const ca = material(cluster, "certificate-authority");
  if (!ca) throw new Error(`Cannot use kubeconfig ${file}: it names no certificate authority`);
  const cert = material(user, "client-certificate");
  const key = material(user, "client-key");
  const { token, tokenFile } = user;
  return {
    server: String(cluster.server).replace(/\/$/, ""),
    ca: ca(),
    ...(typeof cluster["tls-server-name"] === "string" && { serverName: cluster["tls-server-name"] }),
    ...(cert && key && { certificate: () => ({ cert: cert(), key: key() }) }),
    ...(typeof token === "string" && { token: () => token }),
    ...(tokenFile !== undefined && { token: () => at(tokenFile).trim() }),
  };
}
