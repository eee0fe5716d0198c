/** What says the same all the time, or nothing: alerts and dashboards look whether it is there. */

import { counter, families, gauge } from "../../machinery/metrics/declare.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import { VERSION } from "../endpoints/version.ts";

const NEVER = {
  hidden: counter("hidden_metrics_total", "BETA", "Metrics that are hidden: none."),
  disabled: counter("disabled_metrics_total", "BETA", "Metrics that are switched off: none."),
  aggregatorSha1: counter("apiserver_kube_aggregator_x509_insecure_sha1_total", "ALPHA", "Calls of aggregated servers over SHA-1 certificates: none is made."),
  aggregatorNames: counter("apiserver_kube_aggregator_x509_missing_san_total", "ALPHA", "Calls of aggregated servers without a name of theirs: none is made."),
  webhooksSha1: counter("apiserver_webhooks_x509_insecure_sha1_total", "BETA", "Calls of webhooks over SHA-1 certificates: none is made."),
  webhooksNames: counter("apiserver_webhooks_x509_missing_san_total", "BETA", "Calls of webhooks without a name of theirs: none is made."),
  ports: counter(
    "apiserver_nodeport_repair_reconcile_errors_total",
    "ALPHA",
    "Repairs of node ports that failed: none is needed, as ports are claimed where they are given.",
  ),
};

const FAMILIES = {
  registered: counter(
    "registered_metrics_total",
    "BETA",
    "Families of metrics, by what is promised of them.",
    ["deprecated_version", "stability_level"],
    "largest",
  ),
  version: gauge("version_info", "ALPHA", "Which versions the server is compatible with.", ["binary", "component", "emulation", "min_compat"], "largest"),
};

export function constantMetrics(registry: MetricRegistry): void {
  for (const family of Object.values(families(registry, NEVER))) family.of();
  const { registered, version } = families(registry, FAMILIES);
  const { major, minor, gitVersion } = VERSION;
  version.of(gitVersion.replace(/^v/, "").split(/[-+]/)[0]!, "kube", `${major}.${minor}`, `${major}.${Number(minor) - 1}`).set(1);
  registry.onCollect(() => {
    for (const [stability = "", count] of registry.countByStability()) registered.of("", stability).set(count);
  });
}
