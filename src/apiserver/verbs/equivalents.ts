/** The versions of a resource beside the one at the path, and how objects get from one to the other: by the form that both are stored in. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { Equivalent, Equivalents } from "../../security/admission/plugin.ts";
import type { Call } from "../call.ts";
import { bodyKind } from "../registry/body-kind.ts";

/** @param inHand the kind of the object in hand: the path's own, or that of a subresource's body */
export function equivalentsOf(call: Call, inHand: Kind): Equivalents {
  return {
    kinds: () => (call.kind ? others(call, call.kind, inHand) : []),
    convert: (object, from, to) => convert(object, from, to),
  };
}

function others({ context, attributes }: Call, path: Kind, inHand: Kind): readonly Equivalent[] {
  const { subresource } = attributes;
  return context.kinds.all.flatMap((kind) => {
    if (kind === path || storedName(kind) !== storedName(path)) return [];
    if (subresource !== "" && !kind.table.subresources.some(({ name }) => name === subresource)) return [];
    const { group, version, resource } = kind;
    return [{ served: { group, version, resource }, kind: inHand === path ? kind : bodyKind(kind, subresource) }];
  });
}

/** Kinds of one stored form are one resource, also where their groups differ: Events. */
function storedName({ group, resource, rules }: Kind): string {
  return `${rules.storedAs?.group ?? group}/${resource}`;
}

async function convert(object: KubeObject, from: Kind, to: Kind): Promise<KubeObject> {
  if (from.apiVersion === to.apiVersion) return object;
  const copy = structuredClone(object);
  await from.rules.storedAs?.prepare?.(copy);
  const stored = from.rules.storedAs?.toStored(copy) ?? copy;
  const form = to.rules.storedAs;
  const made = (form?.fromAllStored ? (await form.fromAllStored([stored]))[0] : form?.fromStored(stored)) ?? stored;
  return Object.assign(made, { apiVersion: to.apiVersion, kind: to.name });
}
