/** What admission adds to a write: other objects in its transaction, and what is done when it has ended. */

import type { KubeObject } from "../../../api/kind.ts";
import type { Alongside } from "../../../security/admission/plugin.ts";
import { relativeKey } from "../../cache/keys.ts";
import { encodeStored } from "../../registry/codec.ts";
import { scopeOf } from "./commit.ts";
import type { Write } from "./write.ts";

export function alongside({ call, also, ends }: Write): Alongside {
  return {
    put(group, resource, object: KubeObject) {
      const { caches, kinds } = call.context;
      const { apiVersion = "" } = object;
      const kind = kinds.find(group, apiVersion.split("/").at(-1) ?? "", resource);
      if (!kind) throw new Error(`Cannot write ${resource} alongside: it isn't served`);
      const { namespace = "", name = "", uid = "", resourceVersion } = object.metadata;
      const cache = caches.stored(kind);
      const key = cache.prefix + relativeKey(namespace, name);
      also.if.push({ key, modified: Number(resourceVersion) });
      also.then.push({ put: key, value: encodeStored(kind, object), uid, scope: scopeOf(call, kind, namespace) });
      also.caches.push(cache);
    },
    atEnd: (callback) => ends.push(callback),
  };
}
