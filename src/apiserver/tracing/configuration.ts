/** TracingConfiguration (apiserver.config.k8s.io): where spans go and how many requests have one. */

import { yamlToJson } from "../../machinery/yaml/to-json.ts";

export interface TracingSettings {
  readonly host: string;
  readonly port: number;
  /** Requests in a million that are traced unasked. */
  readonly samplingRatePerMillion: number;
}

const VERSIONS = ["v1", "v1beta1", "v1alpha1"].map((version) => `apiserver.config.k8s.io/${version}`);
/** Of a collector that speaks OTLP over HTTP. */
const DEFAULT_ENDPOINT = "localhost:4318";
const MILLION = 1_000_000;

/** @param text YAML or JSON. @throws Error that says what is wrong with it */
export function readTracing(text: string): TracingSettings {
  const { apiVersion, kind, endpoint = DEFAULT_ENDPOINT, samplingRatePerMillion = 0 } = JSON.parse(yamlToJson(text).json);
  if (kind !== "TracingConfiguration" || !VERSIONS.includes(apiVersion)) throw new Error(`Cannot read a ${apiVersion} ${kind} as a TracingConfiguration`);
  if (!Number.isInteger(samplingRatePerMillion) || samplingRatePerMillion < 0 || samplingRatePerMillion > MILLION)
    throw new Error(`samplingRatePerMillion must be a whole number from 0 to ${MILLION}, not ${samplingRatePerMillion}`);
  const [, host, port] = /^(?:http:\/\/)?(\[[^\]]+\]|[^:/]+):(\d{1,5})\/?$/.exec(String(endpoint)) ?? [];
  if (!host || !port) throw new Error(`endpoint must be HOST:PORT, not ${JSON.stringify(endpoint)}`);
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port), samplingRatePerMillion };
}
