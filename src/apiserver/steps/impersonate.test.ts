/** Who may act as whom, and doing what. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attributes, Authorizer } from "../../security/attributes.ts";
import type { User } from "../../security/user.ts";
import type { Call } from "../call.ts";
import type { Exchange } from "../http/exchange.ts";
import { impersonate } from "./impersonate.ts";

type Headers = Readonly<Record<string, string | readonly string[]>>;

const user = (name: string, extra: Record<string, string[]> = {}): User => ({ name, groups: ["system:authenticated"], extra, via: "x509" });
const asked: Attributes = {
  ...{ isResource: true, path: "/api/v1/namespaces/a/pods", verb: "list", group: "", version: "v1" },
  ...{ namespace: "a", resource: "pods", subresource: "", name: "", tail: "" },
};
const written = ({ verb, group, resource, subresource, namespace, name }: Attributes) =>
  `${verb} ${resource}${subresource && `/${subresource}`}${group && `.${group}`} ${namespace || "-"} ${name || "-"}`;

/** @returns what became of the request: the user and the constraint, or the refusal; and what was asked for */
async function become(
  from: User,
  headers: Headers,
  ...rights: string[]
): Promise<{ user?: User; constraint?: string | undefined; refused?: string; asked: string[] }> {
  const questions: string[] = [];
  const authorizer: Authorizer = {
    name: "list",
    authorize({ attributes }) {
      questions.push(written(attributes));
      return { decision: rights.includes(written(attributes)) ? "allow" : "none", reason: "" };
    },
  };
  const exchange = { headers, values: (name: string) => [headers[name] ?? []].flat() } as Partial<Exchange>;
  const call = { exchange, user: from, attributes: asked, context: { authorizer } } as unknown as Call; // What the step reads of a call.
  try {
    await impersonate.run(call);
    return { user: call.user, constraint: call.impersonationConstraint, asked: questions };
  } catch (error) {
    return { refused: (error as Error).message, asked: questions };
  }
}

const A = "authentication.k8s.io";

test("without headers nobody is anybody else", async () => {
  assert.deepEqual((await become(user("ann"), {})).user?.name, "ann");
});

test("the plain verb asks for each part of the identity, and may give any group", async () => {
  const headers = { "impersonate-user": "eve", "impersonate-group": ["system:masters", "b"], "impersonate-uid": "7", "impersonate-extra-a%2fb": "c" };
  const rights = [
    "impersonate users - eve",
    `impersonate uids.${A} - 7`,
    "impersonate groups - system:masters",
    "impersonate groups - b",
    `impersonate userextras/a/b.${A} - c`,
  ];
  const got = await become(user("ann"), headers, ...rights);
  assert.deepEqual(got.user, {
    name: "eve",
    uid: "7",
    groups: ["system:masters", "b", "system:authenticated"],
    extra: Object.assign(Object.create(null), { "a/b": ["c"] }),
    via: "x509",
  });
  assert.equal(got.constraint, undefined);
  const { refused } = await become(user("ann"), headers, ...rights.slice(1));
  assert.match(refused ?? "", /User "ann" cannot impersonate-on:user-info:list resource "pods"/);
});

test("a constrained impersonation also asks for what is done, and never gives system:masters", async () => {
  const rights = ["impersonate-on:user-info:list pods a -", `impersonate:user-info users.${A} - eve`, `impersonate:user-info groups.${A} - b`];
  const got = await become(user("ann"), { "impersonate-user": "eve", "impersonate-group": "b" }, ...rights);
  assert.deepEqual([got.user?.groups, got.constraint], [["b", "system:authenticated"], "impersonate:user-info"]);
  const all = [...rights, `impersonate:user-info groups.${A} - system:masters`];
  const masters = await become(user("ann"), { "impersonate-user": "eve", "impersonate-group": "system:masters" }, ...all);
  assert.match(masters.refused ?? "", /impersonating the system:masters group is not allowed/);
  const bad = await become(user("ann"), { "impersonate-user": "eve", "impersonate-extra-nodomain": "x" }, ...rights);
  assert.match(bad.refused ?? "", /impersonating an invalid key in extra is not allowed/);
  // Many groups are asked for at once first.
  const many = await become(
    user("ann"),
    { "impersonate-user": "eve", "impersonate-group": ["b", "c", "d", "e"] },
    ...rights.slice(0, 2),
    `impersonate:user-info groups.${A} - *`,
  );
  assert.equal(many.user?.groups.length, 5);
});

test("nodes and service accounts have ways of their own", async () => {
  const node = { "impersonate-user": "system:node:n1" };
  const near = user("system:serviceaccount:a:agent", { "authentication.kubernetes.io/node-name": ["n1"] });
  const associated = ["impersonate-on:associated-node:list pods a -", `impersonate:associated-node nodes.${A} - *`];
  const got = await become(near, node, ...associated);
  assert.deepEqual([got.user?.groups, got.constraint], [["system:nodes", "system:authenticated"], "impersonate:associated-node"]);
  assert.match((await become(user("ann"), node, ...associated)).refused ?? "", /impersonate-on:arbitrary-node:list/);
  const arbitrary = ["impersonate-on:arbitrary-node:list pods a -", `impersonate:arbitrary-node nodes.${A} - n1`];
  assert.equal((await become(user("ann"), node, ...arbitrary)).constraint, "impersonate:arbitrary-node");
  const account = await become(
    user("ann"),
    { "impersonate-user": "system:serviceaccount:a:robot" },
    "impersonate-on:serviceaccount:list pods a -",
    `impersonate:serviceaccount serviceaccounts.${A} a robot`,
  );
  assert.deepEqual(account.user?.groups, ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"]);
});

test("a header that may stand once, and a part without a user, are refused before anybody is asked", async () => {
  assert.match((await become(user("ann"), { "impersonate-user": ["a", "b"] })).refused ?? "", /stands twice/);
  const { refused, asked: questions } = await become(user("ann"), { "impersonate-group": "b" });
  assert.match(refused ?? "", /without impersonating a user/);
  assert.deepEqual(questions, []);
});
