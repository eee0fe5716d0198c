/** Finds the kind at the path. What isn't served is a 404 of two faces: a Status inside the groups that the server has, text elsewhere. */

import type { Kind } from "../../api/kind.ts";
import { noSuchResource, notFound } from "../../machinery/status/status-error.ts";
import type { Call, Step } from "../call.ts";
import { pageNotFound } from "../plain-error.ts";

export const resolve: Step = {
  name: "resolve",
  run(call) {
    const { isResource, group, version, resource } = call.attributes;
    call.remote = call.context.aggregation?.handlerFor(call.attributes);
    if (!isResource || call.remote) return;
    const kind = call.context.kinds.find(group, version, resource);
    if (!kind) throw call.context.kinds.all.some((one) => one.group === group && !one.form) ? noSuchResource() : pageNotFound();
    if (!fits(call, kind.namespaced)) throw kind.form ? pageNotFound() : noSuchResource();
    if (kind.form) checkCustom(call, kind);
    call.kind = kind;
  },
};

/** Paths of custom resources lead out of the API sooner than those of built-in ones (k8s.io/apiextensions-apiserver pkg/apiserver/customresource_handler.go). */
function checkCustom({ attributes }: Call, kind: Kind): void {
  const { namespace, name, subresource, verb } = attributes;
  if (kind.namespaced && namespace === "" && verb !== "list" && verb !== "watch") throw pageNotFound();
  if (subresource !== "" && !kind.table.subresources.some((one) => one.name === subresource)) throw notFound(kind, name);
}

/** Whether the path has the kind's own shape: a namespaced object's path names its namespace, a cluster object's none (T2-03). */
function fits({ attributes }: Call, namespaced: boolean): boolean {
  const { namespace, name, resource, group, subresource, tail, path } = attributes;
  if (tail !== "" && subresource !== "proxy") return false;
  if (!namespaced) return namespace === "" || (resource === "namespaces" && group === "");
  if (namespace !== "") return true;
  const pinnedBySelector = !path.endsWith(`/${resource}`);
  return !(name !== "" && pinnedBySelector);
}
