/** AdmissionConfiguration (apiserver.config.k8s.io): what an administrator tells plug-ins. Of ours only ResourceQuota has something to be told. */

import { yamlToJson } from "../../machinery/yaml/to-json.ts";
import { type LimitedResource, readLimitedResources } from "./quota/limited.ts";

export interface AdmissionSettings {
  /** What may only be made where a quota covers it. */
  readonly limitedResources: readonly LimitedResource[];
}

const API_VERSION = "apiserver.config.k8s.io/v1";

/**
 * @param text YAML or JSON @param readFile gives what a plug-in's `path` names, as it stands there
 * @throws Error that says what is wrong
 */
export function readAdmissionConfiguration(text: string, readFile: (path: string) => string): AdmissionSettings {
  const { apiVersion, kind, plugins = [] } = JSON.parse(yamlToJson(text).json);
  if (kind !== "AdmissionConfiguration" || apiVersion !== API_VERSION) throw new Error(`Cannot read a ${apiVersion} ${kind} as an AdmissionConfiguration`);
  let limitedResources: readonly LimitedResource[] = [];
  for (const { name, path, configuration } of plugins) {
    if (name !== "ResourceQuota") throw new Error(`The admission plug-in ${JSON.stringify(name)} takes no configuration`);
    const own = configuration ?? (path === undefined ? undefined : JSON.parse(yamlToJson(readFile(path)).json));
    if (own !== undefined) limitedResources = readLimitedResources(own);
  }
  return { limitedResources };
}
