/** A kubeconfig's text: where a cluster is, how to know it, and one identity in it. */

export interface KubeconfigInput {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** PEM of a client certificate and its key … */
  readonly cert?: string;
  readonly key?: string;
  /** … or a bearer token. */
  readonly token?: string;
  /** The namespace that commands act in where they name none. */
  readonly namespace?: string;
  /** Name of the cluster; of the user `NAME-user`. */
  readonly name?: string;
}

const base64 = (pem: string) => Buffer.from(pem).toString("base64");
/** JSON strings are YAML strings. */
const quoted = (text: string) => JSON.stringify(text);

/** @returns YAML that kubectl and every client library read; the certificates are part of it */
export function kubeconfig(input: KubeconfigInput): string {
  const name = input.name ?? "rampart";
  const credential =
    input.token !== undefined
      ? [`    token: ${quoted(input.token)}`]
      : [`    client-certificate-data: ${base64(input.cert ?? "")}`, `    client-key-data: ${base64(input.key ?? "")}`];
  return [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `- name: ${quoted(name)}`,
    "  cluster:",
    `    server: ${quoted(input.server)}`,
    `    certificate-authority-data: ${base64(input.ca)}`,
    "users:",
    `- name: ${quoted(`${name}-user`)}`,
    "  user:",
    ...credential,
    "contexts:",
    `- name: ${quoted(name)}`,
    "  context:",
    `    cluster: ${quoted(name)}`,
    `    user: ${quoted(`${name}-user`)}`,
    ...(input.namespace === undefined ? [] : [`    namespace: ${quoted(input.namespace)}`]),
    `current-context: ${quoted(name)}`,
    "",
  ].join("\n");
}
