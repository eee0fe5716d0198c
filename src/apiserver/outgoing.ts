/** What the API server needs to reach beyond itself: to kubelets with a certificate of its own, to pods and services with none. */

import type { Dialer, Purpose } from "../machinery/dialer.ts";

export interface Outgoing {
  readonly dialer: Dialer;
  /** Where webhooks and aggregated APIs may be. */
  readonly extensions: Purpose;
  /** Absent where this server has no certificate to show to kubelets. */
  readonly kubelet?: KubeletCredential;
  /** What aggregated APIs know this server by: who shows it is believed when it says who asks. */
  readonly frontProxy?: FrontProxyCredential;
}

export interface FrontProxyCredential {
  /** PEM of the client certificate, and its key. */
  readonly certificate: string;
  readonly key: string;
}

export interface KubeletCredential {
  /** PEM of the client certificate that kubelets know the API server by, and its key. */
  readonly certificate: string;
  readonly key: string;
  /** PEM of the authorities that kubelets' serving certificates come from. */
  readonly servingCa: string;
}
