/** How the server was started, by the names that kube-apiserver has for the same: what `/flagz` shows. No secret is among them. */

import { type ApiServerConfig, requestHeaderOf } from "./config.ts";

export function flagsOf(config: ApiServerConfig): ReadonlyMap<string, string> {
  const requestHeader = requestHeaderOf(config);
  const list = (values: readonly unknown[]): string => `[${values.join(",")}]`;
  return new Map<string, string>([
    ["bind-address", config.listen.join(",")],
    ["secure-port", String(config.port)],
    ["advertise-address", config.advertiseAddress ?? config.listen[0] ?? ""],
    ["authorization-mode", list(["Node", "RBAC"])],
    ["anonymous-auth", "false"],
    ["admission-control-config-file", config.admissionConfiguration ?? ""],
    ["tls-cert-file", config.servingCertificate],
    ["tls-private-key-file", config.servingKey],
    ["tls-min-version", config.allowTls12 ? "VersionTLS12" : "VersionTLS13"],
    ["client-ca-file", config.clientCa],
    ["requestheader-client-ca-file", config.frontProxyCa],
    ["requestheader-allowed-names", list(requestHeader.allowedNames)],
    ["requestheader-username-headers", list(requestHeader.usernameHeaders)],
    ["requestheader-uid-headers", list(requestHeader.uidHeaders)],
    ["requestheader-group-headers", list(requestHeader.groupHeaders)],
    ["requestheader-extra-headers-prefix", list(requestHeader.extraHeaderPrefixes)],
    ["kubelet-certificate-authority", config.servingCa],
    ["kubelet-client-certificate", config.kubeletClientCertificate],
    ["kubelet-client-key", config.kubeletClientKey],
    ["service-account-issuer", list([config.serviceAccountIssuer])],
    ["service-account-key-file", list([config.serviceAccountKey])],
    ["service-account-signing-key-file", config.serviceAccountKey],
    ["service-cluster-ip-range", config.serviceCidr],
    ["service-node-port-range", config.nodePorts.join("-")],
    ["enable-priority-and-fairness", "true"],
    ["max-requests-inflight", String(config.requestsInFlight ?? 600)],
    ["max-mutating-requests-inflight", "0"],
    ["request-timeout", "1m0s"],
    ["min-request-timeout", "1800"],
    ["profiling", "true"],
    ["shutdown-delay-duration", `${(config.shutdownDelayMs ?? 0) / 1000}s`],
    ["shutdown-send-retry-after", String(config.shutdownSendRetryAfter ?? false)],
    ["shutdown-watch-termination-grace-period", `${(config.shutdownWatchGraceMs ?? 0) / 1000}s`],
    ["tracing-config-file", config.tracingConfiguration ?? ""],
    ["watch-cache", "true"],
  ]);
}
