/** What the API server is told: its files and the cluster's addresses. */

import { join } from "node:path";
import type { ApiServerConfig } from "../../apiserver/config.ts";
import type { ClusterContext } from "../cluster/context.ts";
import { keyFiles } from "../cluster/keys.ts";
import { machineAddress } from "../cluster/plan.ts";

export function apiServerConfig({ layout, plan, withNodes }: ClusterContext): ApiServerConfig {
  const home = layout.of("apiserver");
  return {
    listen: withNodes ? ["127.0.0.1", machineAddress(plan)] : ["127.0.0.1"],
    port: plan.port,
    ...(withNodes && { advertiseAddress: machineAddress(plan) }),
    servingCertificate: keyFiles.servingCertificate(layout),
    servingKey: keyFiles.servingKey(layout),
    clientCa: keyFiles.authority(layout, "client"),
    servingCa: keyFiles.authority(layout, "serving"),
    frontProxyCa: keyFiles.authority(layout, "front-proxy"),
    kubeletClientCertificate: keyFiles.kubeletClientCertificate(layout),
    kubeletClientKey: keyFiles.kubeletClientKey(layout),
    frontProxyClientCertificate: keyFiles.frontProxyClientCertificate(layout),
    frontProxyClientKey: keyFiles.frontProxyClientKey(layout),
    serviceAccountKey: keyFiles.serviceAccountKey(layout),
    serviceAccountIssuer: `https://kubernetes.default.svc.${plan.clusterDomain}`,
    store: join(home, "state.db"),
    sealingKey: join(home, "sealing.key"),
    auditSocket: layout.auditSocket,
    serviceCidr: plan.serviceCidr,
    podCidr: plan.podCidr,
    nodePorts: [30000, 32767],
    clusterDomain: plan.clusterDomain,
    ...(plan.instances !== undefined && { instances: plan.instances }),
    ...(!withNodes && { localExtensions: true }),
  };
}
