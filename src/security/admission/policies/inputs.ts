/** What the variables of a policy's expressions hold for one request: made when an expression first names them. */

import { NAMESPACE, REQUEST } from "../../../api/admissionregistration/expressions.ts";
import type { Kind, KubeObject } from "../../../api/kind.ts";
import { schema } from "../../../api/schemas.ts";
import type { Namespace as NamespaceObject } from "../../../api/tables/core-v1.ts";
import { authorizerValue, resourceCheckValue } from "../../../machinery/cel/functions/authorizer.ts";
import { jsonValue } from "../../../machinery/cel/values/json.ts";
import type { Value } from "../../../machinery/cel/values/value.ts";
import { stringifyExactly } from "../../../machinery/json/stringify.ts";
import type { AdmissionRequest } from "../plugin.ts";
import type { Asking } from "./authorize.ts";
import { documentOf } from "./document.ts";
import type { Params } from "./params.ts";

const NAMESPACE_SCHEMA = schema("core.v1.Namespace");

export interface InputOptions {
  readonly request: AdmissionRequest;
  /** The version that the policy is about, and the objects in it. */
  readonly kind: Kind;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  /** The path's resource in that version. */
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly asking: Asking;
  readonly namespace?: NamespaceObject | undefined;
  readonly params?: Params | undefined;
}

export interface Inputs {
  readonly asking: Asking;
  /** @returns a variable's value; undefined for names that are none */
  lookup(name: string): Value | undefined;
  /** The same for another thread. */
  plain(): PlainInputs;
}

/** The variables as JSON, those that hold nothing left out. */
export interface PlainInputs {
  readonly object: string | undefined;
  readonly oldObject: string | undefined;
  readonly params: string | undefined;
  readonly request: string;
  readonly namespaceObject: string | undefined;
  readonly requestResource: ReturnType<typeof requestResource>;
}

export function inputsOf(options: InputOptions): Inputs {
  const { request, kind, object, old, namespace, params, asking } = options;
  const known = new Map<string, Value | undefined>();
  const make = (name: string): Value | undefined => {
    switch (name) {
      case "object":
        return objectValue(object, kind);
      case "oldObject":
        return objectValue(old, kind);
      case "params":
        return params ? jsonValue(paramsDocument(params)) : null;
      case "request":
        return jsonValue(requestJson(options), REQUEST);
      case "namespaceObject":
        return namespace ? jsonValue(namespaceJson(namespace), NAMESPACE) : null;
      case "authorizer":
        return authorizerValue(asking.authorize);
      case "authorizer.requestResource":
        return resourceCheckValue(asking.authorize, requestResource(request));
      default:
        return undefined;
    }
  };
  return { asking, lookup: (name) => known.getOrInsertComputed(name, make), plain: () => plainInputs(options) };
}

function plainInputs(options: InputOptions): PlainInputs {
  const { request, kind, object, old, namespace, params } = options;
  return {
    object: object && stringifyExactly(documentOf(kind, object)),
    oldObject: old && stringifyExactly(documentOf(kind, old)),
    params: params && stringifyExactly(paramsDocument(params)),
    request: stringifyExactly(requestJson(options)),
    namespaceObject: namespace && stringifyExactly(namespaceJson(namespace)),
    requestResource: requestResource(request),
  };
}

function requestResource({ resource: { group, resource }, subresource, namespace, name }: AdmissionRequest) {
  return { group, resource, subresource, namespace, name };
}

function objectValue(object: KubeObject | undefined, kind: Pick<Kind, "form" | "schema">): Value {
  return object ? jsonValue(documentOf(kind, object)) : null;
}

function paramsDocument({ object, apiVersion, kindName, resource }: Params): unknown {
  const named = { ...object, apiVersion, kind: kindName };
  return resource.kind ? documentOf(resource.kind, named) : named;
}

function requestJson({ request, kind, resource }: InputOptions): unknown {
  const { attributes, subresource, name, namespace, operation, user, dryRun, options } = request;
  const gvk = ({ group, version, name: kindName }: Kind) => ({ group, version, kind: kindName });
  const gvr = ({ group, version, resource: plural }: { group: string; version: string; resource: string }) => ({ group, version, resource: plural });
  return {
    kind: gvk(kind),
    resource: gvr(resource),
    ...(subresource && { subResource: subresource, requestSubResource: subresource }),
    requestKind: gvk(request.kind),
    requestResource: gvr(attributes),
    ...(name && { name }),
    ...(namespace && { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      ...(user.groups.length > 0 && { groups: user.groups }),
      ...(Object.keys(user.extra).length > 0 && { extra: user.extra }),
    },
    dryRun,
    options: options ?? null,
  };
}

/** Not all of a namespace is for policies to see. */
function namespaceJson({ metadata, spec, status }: NamespaceObject): unknown {
  const { name, generateName, namespace, uid, resourceVersion, generation, creationTimestamp, labels, annotations, finalizers } = metadata;
  const shown = { name, generateName, namespace, uid, resourceVersion, generation, creationTimestamp, labels, annotations, finalizers };
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  return documentOf({ schema: NAMESPACE_SCHEMA }, { metadata: { ...shown, deletionTimestamp, deletionGracePeriodSeconds }, spec, status } as NamespaceObject);
}
