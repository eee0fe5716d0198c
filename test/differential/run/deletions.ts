/** Deletions of one object and of collections, with all their options, and what forgets an object for good. */

import { isObject, type Plain } from "../../../src/machinery/plain.ts";
import type { Asked, Server } from "./servers.ts";
import type { Make } from "./story.ts";
import { jsonText } from "./text.ts";

const OPTIONS: readonly Plain[] = [
  { gracePeriodSeconds: 0 },
  { gracePeriodSeconds: 5 },
  { gracePeriodSeconds: -1 },
  { propagationPolicy: "Background" },
  { propagationPolicy: "Orphan" },
  { propagationPolicy: "Foreground" },
  { propagationPolicy: "Other" },
  { orphanDependents: true },
  { orphanDependents: false },
  { orphanDependents: true, propagationPolicy: "Orphan" },
  { dryRun: ["All"] },
  { dryRun: ["Other"] },
  { preconditions: { uid: "other" } },
  { preconditions: { resourceVersion: "1" } },
  { kind: "DeleteOptions", apiVersion: "v1" },
  { kind: "Other", apiVersion: "v1" },
  { apiVersion: "x/v1" },
  { ignoreStoreReadErrorWithClusterBreakingPotential: true },
  { unknown: 1 },
  {},
];
const QUERIES: readonly string[] = [
  "gracePeriodSeconds=0",
  "gracePeriodSeconds=x",
  "propagationPolicy=Orphan",
  "propagationPolicy=Foreground",
  "propagationPolicy=x",
  "dryRun=All",
  "dryRun=x",
  "orphanDependents=true",
  "orphanDependents=x",
  "ignoreStoreReadErrorWithClusterBreakingPotential=true",
  "pretty=true",
];

/** @param failing rather one that leaves the object */
export function deleteStep(at: string, failing: boolean): Make {
  return (last, choices): Asked => {
    const query = choices.below(3) === 0 ? `?${choices.pick(QUERIES)}` : "";
    if (failing && choices.below(2) === 0)
      return {
        method: "DELETE",
        path: at,
        type: "application/json",
        body: jsonText(choices.pick([{ dryRun: ["All"] }, { preconditions: { uid: "other" } }, { preconditions: { resourceVersion: "1" } }])),
      };
    if (choices.below(3) === 0) return { method: "DELETE", path: at + query };
    const body =
      choices.below(8) === 0 && isObject(last?.metadata)
        ? { preconditions: { uid: last.metadata.uid, resourceVersion: choices.pick([undefined, last.metadata.resourceVersion]) } }
        : choices.pick(OPTIONS);
    return {
      method: "DELETE",
      path: at + query,
      type: choices.pick(["application/json", "application/json", "application/yaml", undefined]),
      body: choices.below(20) === 0 ? choices.pick(["x", "[]", "null", '"x"', "{"]) : jsonText(body),
    };
  };
}

export function deleteCollectionStep(path: string, selector: string): Make {
  return (_, choices): Asked => {
    const query = choices.below(4) === 0 ? `&${choices.pick([...QUERIES, "fieldSelector=x=y", "limit=1", "labelSelector=,"])}` : "";
    return {
      method: "DELETE",
      path: `${path}?labelSelector=${encodeURIComponent(selector)}${query}`,
      ...(choices.below(2) === 0 && { type: "application/json", body: jsonText(choices.pick(OPTIONS)) }),
    };
  };
}

const WITHOUT_FINALIZERS = JSON.stringify({ metadata: { finalizers: null } });

/** Whatever holds the object, it goes. */
export async function forget({ ask }: Server, at: string): Promise<void> {
  const gone = await ask({ method: "DELETE", path: `${at}?gracePeriodSeconds=0&propagationPolicy=Background` });
  if (gone.code === 404) return;
  if (at.startsWith("/api/v1/namespaces/") && at.split("/").length === 5) {
    const name = at.split("/").at(-1);
    await ask({ method: "PUT", path: `${at}/finalize`, type: "application/json", body: JSON.stringify({ metadata: { name }, spec: { finalizers: [] } }) });
  }
  const held: unknown = gone.code < 300 ? JSON.parse(gone.bytes.toString()) : {};
  if (isObject(held) && isObject(held.metadata) && held.metadata.finalizers)
    await ask({ method: "PATCH", path: at, type: "application/merge-patch+json", body: WITHOUT_FINALIZERS });
}

export const forgetAll = (servers: readonly Server[], at: string): Promise<unknown> => Promise.all(servers.map((server) => forget(server, at)));
