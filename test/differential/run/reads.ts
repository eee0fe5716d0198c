/** Lists and watches with every option, of a few objects that a story has made. */

import { isObject } from "../../../src/machinery/plain.ts";
import type { Choices } from "../random-writes.ts";
import { anyAccept } from "./forms.ts";
import type { Spot } from "./objects.ts";
import type { Asked } from "./servers.ts";
import type { Make } from "./story.ts";

const LABELS: readonly string[] = [
  "differ=a",
  "differ==b",
  "differ!=a",
  "differ in (a,b)",
  "differ notin (a)",
  "differ",
  "!differ",
  "differ=",
  "differ in ()",
  "differ=a,differ!=b",
  "differ>1",
  "differ<x",
  "a b",
  "=",
  ",",
  "differ in (a",
  "-x=y",
  "x/y/z=1",
  "differ=a b",
  "differ=é",
  "x=",
  `${"x".repeat(64)}=a`,
];
const FIELDS: readonly string[] = [
  "metadata.name=x",
  "metadata.name!=x",
  "metadata.namespace=default",
  "metadata.namespace=",
  "metadata.uid=x",
  "x",
  "=",
  "spec.nodeName=",
  "spec.nodeName=n1",
  "status.phase=Pending",
  "status.phase!=Running",
  "spec.restartPolicy=Always",
  "type=Opaque",
  "type=Normal",
  "reason=Because",
  "involvedObject.kind=Pod",
  "regarding.kind=Pod",
  "spec.unschedulable=true",
  "spec.unschedulable=false",
  "spec.signerName=example.com/signer",
  "spec.type=ClusterIP",
  "spec.clusterIP=None",
  "status.replicas=0",
  "status.successful=0",
  "spec.hostNetwork=true",
  "metadata.name in (a)",
  "metadata.name=a,metadata.name=b",
  "metadata.name==x",
  "a\\,b=c",
  "status.podIP=",
  "spec.serviceAccountName=default",
  "spec.schedulerName=default-scheduler",
  "spec.host=",
  "source=c",
  "reportingController=",
  "spec.driver=d",
  "spec.podName=x",
];

/** @returns the options of a list or a watch */
function anyQuery(choices: Choices, selector: string, version: string, token: string | undefined): URLSearchParams {
  const query = new URLSearchParams();
  const way = choices.below(4);
  if (way > 0) query.set("labelSelector", way === 1 && choices.below(2) === 0 ? choices.pick(LABELS) : selector);
  if (choices.below(4) === 0) query.set("fieldSelector", choices.pick(FIELDS));
  if (choices.below(4) === 0) query.set("limit", choices.pick(["1", "2", "1", "500", "0", "-1", "x"]));
  if (choices.below(4) === 0) query.set("resourceVersion", choices.pick([version, version, "0", "", "x", "-1", choices.below(12) === 0 ? "99999999999" : "0"]));
  if (choices.below(6) === 0) query.set("resourceVersionMatch", choices.pick(["Exact", "NotOlderThan", "Exact", "Other"]));
  if (token && choices.below(2) === 0) query.set("continue", token);
  else if (choices.below(25) === 0) query.set("continue", choices.pick(["x", "e30", ""]));
  if (choices.below(20) === 0) query.set("sendInitialEvents", choices.pick(["true", "false", "x"]));
  if (choices.below(25) === 0)
    query.set(
      choices.pick(["timeoutSeconds", "pretty", "unknown", "allowWatchBookmarks", "includeObject", "timeout", "export", "shardSelector"]),
      choices.pick(["1", "true", "x", "Object", "None", "5s"]),
    );
  return query;
}

/** @param selector matches what the story made, and nothing that only one of the servers has */
export function listStep({ path }: Spot, selector: string): Make {
  return (last, choices): Asked => {
    const { resourceVersion = "0", continue: token } = (isObject(last?.metadata) ? last.metadata : {}) as { resourceVersion?: string; continue?: string };
    const query = anyQuery(choices, selector, resourceVersion, token);
    const labels = query.get("labelSelector");
    if (!path.includes("/namespaces/") && labels !== selector) query.set("labelSelector", labels ? `${labels},${selector}` : selector);
    return { method: "GET", path: `${path}?${query}`, accept: anyAccept(choices, 3) };
  };
}

/** A watch of a second. */
export function watchStep({ path }: Spot, selector: string): Make {
  return (last, choices): Asked => {
    const { resourceVersion = "0" } = (isObject(last?.metadata) ? last.metadata : {}) as { resourceVersion?: string };
    const query = anyQuery(choices, selector, resourceVersion, undefined);
    if (!path.includes("/namespaces/") || choices.below(2) === 0) query.set("labelSelector", selector);
    query.set("watch", choices.pick(["1", "true", "1"]));
    query.set("timeoutSeconds", "1");
    query.delete("limit");
    if (choices.below(3) === 0) {
      query.set("sendInitialEvents", "true");
      query.set("resourceVersionMatch", "NotOlderThan");
      if (choices.below(3) > 0) query.set("allowWatchBookmarks", "true");
    }
    return { method: "GET", path: `${path}?${query}`, accept: anyAccept(choices, 3) };
  };
}
