/** ComponentStatus: how the server's own parts are, asked anew for each request. Deprecated since v1.19, and still what `kubectl get componentstatuses` reads. */

import type { Kind } from "../../api/kind.ts";
import type { ComponentStatus } from "../../api/tables/core-v1.ts";
import { encode } from "../../machinery/json/encode.ts";
import { notFound } from "../../machinery/status/status-error.ts";
import type { CachedObject } from "../cache/watch-cache.ts";
import type { Call } from "../call.ts";
import { kindOf } from "../verbs/kind-of.ts";

/** The store's name as clients know it. */
const STORE = "etcd-0";

export async function getComponentStatus(call: Call): Promise<void> {
  const kind = kindOf(call);
  if (call.attributes.name !== STORE) throw notFound({ group: "", resource: "componentstatus" }, call.attributes.name);
  call.context.respond.object(call, 200, kind, (await storeStatus(call, kind)).bytes);
}

export async function listComponentStatuses(call: Call): Promise<void> {
  const kind = kindOf(call);
  call.context.respond.list(call, kind, { objects: [await storeStatus(call, kind)], resourceVersion: "" });
}

async function storeStatus({ context }: Call, kind: Kind): Promise<CachedObject> {
  const condition = await context.store.revision().then(
    () => ({ type: "Healthy", status: "True", message: "ok" }),
    () => ({ type: "Healthy", status: "False", message: "the store doesn't answer", error: "the store doesn't answer" }),
  );
  const status: ComponentStatus = { kind: kind.name, apiVersion: kind.apiVersion, metadata: { name: STORE }, conditions: [condition] };
  const bytes = Buffer.from(encode(status, kind.schema));
  return { namespace: "", name: STORE, uid: "", resourceVersion: 0, bytes, labels: undefined, fields: [] };
}
