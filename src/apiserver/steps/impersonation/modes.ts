/**
 * The ways to become somebody else (KEP-5284). The constrained ones also ask whether what is then done may be done as somebody else, and never lead to
 * `system:masters`; the plain verb `impersonate` asks for the parts of the identity alone. [k8s.io/apiserver pkg/endpoints/filters/impersonation/mode.go]
 */

import { domainPrefixedPath } from "../../../api/meta/domains.ts";
import type { Attributes } from "../../../security/attributes.ts";
import type { User } from "../../../security/user.ts";
import { accountOf, isNameAlone, nodeOf, type Wanted } from "./wanted.ts";

const AUTHENTICATION = "authentication.k8s.io";
const NODE_NAME = "authentication.kubernetes.io/node-name";
/** So many parts are first asked for all at once. */
const MANY = 4;

/** One right that a way needs, or that makes others needless. */
export interface Need {
  readonly attributes: Attributes;
  /** Whoever has it needs none of these. */
  readonly orElse?: readonly Need[];
  /** Nobody has it, for this reason. */
  readonly never?: string;
}

export interface Mode {
  /** `user-info`; undefined for the plain verb. */
  readonly name: string | undefined;
  /** Whether this way leads to such a user. */
  fits(wanted: Wanted, requestor: User): boolean;
  /** As whom the rights are asked for. */
  asker(requestor: User): User;
}

const self = (requestor: User): User => requestor;

/** Tried in this order; what the first says is what a caller hears when none will do. */
export const modes: readonly Mode[] = [
  {
    name: "associated-node",
    fits: (wanted, requestor) => isNameAlone(wanted) && isOnNode(requestor, nodeOf(wanted.name)),
    // The node's name is part of neither the right nor of who asks for it.
    asker: ({ extra, ...requestor }) => ({
      ...requestor,
      extra: Object.assign(Object.create(null), { "authentication.kubernetes.io/associated-node-keys": Object.keys(extra).toSorted() }),
    }),
  },
  { name: "arbitrary-node", fits: (wanted) => isNameAlone(wanted) && nodeOf(wanted.name) !== undefined, asker: self },
  { name: "serviceaccount", fits: (wanted) => isNameAlone(wanted) && accountOf(wanted.name) !== undefined, asker: self },
  { name: "user-info", fits: ({ name }) => nodeOf(name) === undefined && accountOf(name) === undefined, asker: self },
  { name: undefined, fits: () => true, asker: self },
];

/** A pod's token names the node that the pod is on. */
function isOnNode({ name, extra }: User, node: string | undefined): boolean {
  const own = extra[NODE_NAME];
  return node !== undefined && accountOf(name) !== undefined && own?.length === 1 && own[0] === node;
}

/** @param asked what the request then does @returns the rights that the way needs, in the order in which they are asked for */
export function needsOf({ name: mode }: Mode, wanted: Wanted, asked: Attributes): Need[] {
  const constrained = mode !== undefined;
  const verb = constrained ? `impersonate:${mode}` : "impersonate";
  const question = (group: string, resource: string, name: string): Attributes => ({ ...NOTHING, verb, group, resource, name });
  const identity = constrained ? AUTHENTICATION : "";
  const user = userQuestion(mode, wanted, question, identity);
  return [
    ...(constrained ? [{ attributes: { ...asked, verb: `impersonate-on:${mode}:${asked.verb}` } }] : []),
    { attributes: user },
    ...(wanted.uid === undefined ? [] : [{ attributes: question(AUTHENTICATION, "uids", wanted.uid) }]),
    ...groupNeeds(constrained, wanted, (name) => question(identity, "groups", name)),
    ...extraNeeds(constrained, wanted, (key, value) => ({ ...question(AUTHENTICATION, "userextras", value), subresource: key })),
  ];
}

const NOTHING: Attributes = {
  isResource: true,
  path: "",
  verb: "",
  group: "",
  version: "v1",
  namespace: "",
  resource: "",
  subresource: "",
  name: "",
  tail: "",
};

type Ask = (group: string, resource: string, name: string) => Attributes;

/** Service accounts are asked for as what they are, in their namespace; nodes too, where the way is made for them. */
function userQuestion(mode: string | undefined, { name }: Wanted, question: Ask, group: string): Attributes {
  const account = accountOf(name);
  if (account) return { ...question(group, "serviceaccounts", account.name), namespace: account.namespace };
  const node = mode === undefined ? undefined : nodeOf(name);
  return node === undefined ? question(group, "users", name) : question(group, "nodes", mode === "associated-node" ? "*" : node);
}

function groupNeeds(constrained: boolean, { groups }: Wanted, question: (name: string) => Attributes): Need[] {
  if (constrained && groups.includes("")) return [{ attributes: question(""), never: "impersonating the empty string group is not allowed" }];
  if (constrained && groups.includes("system:masters")) {
    return [{ attributes: question("system:masters"), never: "impersonating the system:masters group is not allowed" }];
  }
  const each = groups.map((name) => ({ attributes: question(name) }));
  return constrained && groups.length >= MANY ? [{ attributes: question("*"), orElse: each }] : each;
}

function extraNeeds(constrained: boolean, { extra }: Wanted, question: (key: string, value: string) => Attributes): Need[] {
  const each = [...extra].flatMap(([key, values]) => values.map((value) => ({ attributes: question(key, value) })));
  const complaint = constrained ? extraComplaint(extra) : undefined;
  if (complaint) return [{ attributes: question("", ""), never: complaint }];
  return constrained && each.length >= MANY ? [{ attributes: question("*", "*"), orElse: each }] : each;
}

function extraComplaint(extra: Wanted["extra"]): string | undefined {
  for (const [key, values] of extra) {
    if (key === "") return "impersonating the empty string key in extra is not allowed";
    const [error] = domainPrefixedPath("extra.key", key);
    if (error) return `impersonating an invalid key in extra is not allowed: ${error.field}: ${error.message}`;
    if (values.length === 0) return "impersonating empty values in extra is not allowed";
    if (values.includes("")) return "impersonating the empty string value in extra is not allowed";
  }
  return undefined;
}
