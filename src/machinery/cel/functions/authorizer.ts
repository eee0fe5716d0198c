/** Questions to the authorizer: `authorizer.group("apps").resource("deployments").namespace("x").check("create").allowed()`. [Kubernetes' apiserver pkg/cel/library/authz.go] */

import { isDNS1123Label, isDNS1123Subdomain } from "../../names.ts";
import { objectType } from "../types/type.ts";
import { CelError, Opaque, type Value } from "../values/value.ts";
import { member, type Overload } from "./overload.ts";

export interface AuthorizationCheck {
  readonly verb: string;
  /** Of a service account other than the caller's. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  /** A path, or what follows. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/** May throw where the answer isn't there yet: whoever evaluates then waits, and evaluates again. */
export type Authorize = (check: AuthorizationCheck) => AuthorizationAnswer;

interface Asking {
  readonly authorize: Authorize;
  readonly check: Omit<AuthorizationCheck, "verb">;
}

const typeNamed = (name: string) => objectType(`kubernetes.authorization.${name}`) as Opaque["type"];
const AUTHORIZER = typeNamed("Authorizer");
const PATH = typeNamed("PathCheck");
const GROUP = typeNamed("GroupCheck");
const RESOURCE = typeNamed("ResourceCheck");
const DECISION = typeNamed("Decision");

export const AUTHORIZER_TYPE = AUTHORIZER;
export const RESOURCE_CHECK_TYPE = RESOURCE;

const asking = (type: Opaque["type"], { authorize, check }: Asking): Opaque => new Opaque(type, { authorize, check }, () => false);
const more = (type: Opaque["type"], value: Opaque, added: Omit<AuthorizationCheck, "verb">): Opaque => {
  const { authorize, check } = value.value as Asking;
  return asking(type, { authorize, check: { ...check, ...added } });
};

/** The value of the variable `authorizer`. */
export const authorizerValue = (authorize: Authorize): Value => asking(AUTHORIZER, { authorize, check: {} });
/** The value of the variable `authorizer.requestResource`. */
export const resourceCheckValue = (authorize: Authorize, check: Omit<AuthorizationCheck, "verb">): Value => asking(RESOURCE, { authorize, check });

function check(value: Opaque, verb: string): Value {
  const { authorize, check: asked } = value.value as Asking;
  const answer = authorize({ ...asked, verb });
  return new Opaque(DECISION, answer, (other) => other === answer);
}

function serviceAccount(value: Opaque, namespace: string, name: string): Value {
  if (isDNS1123Subdomain(name).length > 0) return new CelError("Invalid service account name");
  if (isDNS1123Label(namespace).length > 0) return new CelError("Invalid service account namespace");
  return more(AUTHORIZER, value, { serviceAccount: { namespace, name } });
}

const refine = (name: keyof AuthorizationCheck, id: string): Overload =>
  member(name, id, [RESOURCE.name, "string"], RESOURCE.name, (value: Opaque, text: string) => more(RESOURCE, value, { [name]: text }));
const answered = (name: string, type: string, of: (answer: AuthorizationAnswer) => Value): Overload =>
  member(name, `decision_${name}`, [DECISION.name], type, (value: Opaque) => of(value.value as AuthorizationAnswer));

export const authorizer: readonly Overload[] = [
  member("path", "authorizer_path", [AUTHORIZER.name, "string"], PATH.name, (value: Opaque, path: string) =>
    path.trim() === "" ? new CelError("path must not be empty") : more(PATH, value, { path }),
  ),
  member("group", "authorizer_group", [AUTHORIZER.name, "string"], GROUP.name, (value: Opaque, group: string) => more(GROUP, value, { group })),
  member("serviceAccount", "authorizer_serviceaccount", [AUTHORIZER.name, "string", "string"], AUTHORIZER.name, serviceAccount),
  member("resource", "groupcheck_resource", [GROUP.name, "string"], RESOURCE.name, (value: Opaque, resource: string) =>
    resource.trim() === "" ? new CelError("resource must not be empty") : more(RESOURCE, value, { resource }),
  ),
  refine("subresource", "resourcecheck_subresource"),
  refine("namespace", "resourcecheck_namespace"),
  refine("name", "resourcecheck_name"),
  refine("fieldSelector", "authorizer_fieldselector"),
  refine("labelSelector", "authorizer_labelselector"),
  member("check", "pathcheck_check", [PATH.name, "string"], DECISION.name, check),
  member("check", "resourcecheck_check", [RESOURCE.name, "string"], DECISION.name, check),
  answered("allowed", "bool", ({ allowed }) => allowed),
  answered("reason", "string", ({ reason }) => reason),
  answered("errored", "bool", ({ error }) => error !== undefined),
  answered("error", "string", ({ error }) => error ?? ""),
];
