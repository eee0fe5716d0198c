/** The API server's configuration file: JSON with the members below; `rampart up` writes it, `--config FILE` reads it. Paths are absolute. */

import { REMOTE_HEADERS, type RequestHeaderSettings } from "../security/authn/request-header.ts";
import { FRONT_PROXY_CLIENT } from "./bootstrap/objects.ts";

export interface ApiServerConfig {
  /** Addresses to listen at: `127.0.0.1`, and the address by which nodes and pods come. */
  readonly listen: readonly string[];
  readonly port: number;
  /** The address that the `kubernetes` Service leads to; the first of `listen` where absent. */
  readonly advertiseAddress?: string;
  readonly servingCertificate: string;
  readonly servingKey: string;
  /** PEM files of the authorities: who may call, who serves (kubelets are checked against it), who may stand in front. */
  readonly clientCa: string;
  readonly servingCa: string;
  readonly frontProxyCa: string;
  /** How front proxies say who asks, as kube-apiserver's `--requestheader-…` flags; what is absent is as this server says it to aggregated ones. */
  readonly requestHeader?: Partial<RequestHeaderSettings>;
  /** The API server's own client certificate towards kubelets. */
  readonly kubeletClientCertificate: string;
  readonly kubeletClientKey: string;
  /** The API server's own client certificate towards aggregated APIs, of the front proxies' authority. */
  readonly frontProxyClientCertificate: string;
  readonly frontProxyClientKey: string;
  /** PEM of the private key that signs service-account tokens. */
  readonly serviceAccountKey: string;
  /** `https://kubernetes.default.svc.cluster.local` */
  readonly serviceAccountIssuer: string;
  /** The store's file; its sealing key lies beside it. */
  readonly store: string;
  readonly sealingKey: string;
  /** Unix socket of the keeper of the record. */
  readonly auditSocket: string;
  readonly serviceCidr: string;
  readonly podCidr: string;
  /** First and last port, both included. */
  readonly nodePorts: readonly [number, number];
  readonly clusterDomain: string;
  /** Webhooks and aggregated APIs may be on this machine: where there are no nodes to run them. */
  readonly localExtensions?: boolean;
  /** Also accept TLS 1.2, for clients that can't do better. */
  readonly allowTls12?: boolean;
  /** Also speak CBOR (KEP-4222), as kube-apiserver does with its gate CBORServingAndStorage. */
  readonly enableCbor?: boolean;
  /** File of an AdmissionConfiguration: limits of what may be used where no quota covers it. */
  readonly admissionConfiguration?: string;
  /** How many requests run at once that aren't exempt: priority levels divide them. 600 where absent. */
  readonly requestsInFlight?: number;
  /** File of a TracingConfiguration: no traces are made where absent. */
  readonly tracingConfiguration?: string;
  /** At the end: so long everything is served as before but for `/readyz`; then newcomers are told to come back, and watches end within the third. All 0 or false where absent. */
  readonly shutdownDelayMs?: number;
  readonly shutdownSendRetryAfter?: boolean;
  readonly shutdownWatchGraceMs?: number;
  /** How many watches a user may have who isn't exempt. 4000 where absent. */
  readonly watchesPerUser?: number;
  /** API servers in this process, each a thread, on the one port. 1 where absent. */
  readonly instances?: number;
}

/** @returns how front proxies say who asks, whole */
export function requestHeaderOf({ requestHeader }: ApiServerConfig): RequestHeaderSettings {
  return { ...REMOTE_HEADERS, allowedNames: [FRONT_PROXY_CLIENT], ...requestHeader };
}
