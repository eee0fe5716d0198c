/** Expressions of admission policies hold the event loop as little as rules of custom resources do, and give the same answers elsewhere as here. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import { post, unheld } from "../support/held-loop.ts";
import type { RawAnswer } from "../support/https.ts";

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const MAPS = "/api/v1/namespaces/default/configmaps";
const LONG = "a".repeat(200_000);
/** In some of ten milliseconds: more than is waited for, less than it may cost. */
const SLOW = "lists.range(300).all(a, lists.range(300).all(b, a + b >= 0))";

let cluster: ControlPlane;
before(async () => {
  cluster = await startControlPlane();
  for (let i = 0; i < 5; i++) await post(cluster, MAPS, { metadata: { generateName: "warm-" } });
});
after(() => cluster.close());

/** @returns once the policy is in force for ConfigMaps that carry its name as a label */
async function policy(sort: "validating" | "mutating", name: string, spec: object, binding: object = {}): Promise<(object: object) => Promise<RawAnswer>> {
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }];
  const matchConstraints = { resourceRules: rules, objectSelector: { matchLabels: { policy: name } } };
  const made = await unheld(cluster, `${ADMISSION}/${sort}admissionpolicies`, { metadata: { name }, spec: { matchConstraints, ...spec } });
  assert.equal(made.code, 201, made.text.slice(0, 300));
  assert.equal((await post(cluster, `${ADMISSION}/${sort}admissionpolicybindings`, { metadata: { name }, spec: { policyName: name, ...binding } })).code, 201);
  await sleep(100);
  return (object) => unheld(cluster, MAPS, { metadata: { generateName: "m-", labels: { policy: name } }, ...object });
}

const DENY = { validationActions: ["Deny"] };

test("a policy at the limit of its cost, with variables and a message", async () => {
  const create = await policy(
    "validating",
    "slow",
    {
      variables: [{ name: "slow", expression: SLOW }],
      validations: [
        ...Array.from({ length: 5 }, () => ({ expression: SLOW })),
        { expression: "variables.slow && object.data.a == 'right'", messageExpression: `${SLOW} ? 'not right but ' + object.data.a : ''` },
      ],
    },
    DENY,
  );
  assert.equal((await create({ data: { a: "right" } })).code, 201);
  const wrong = await create({ data: { a: "left" } });
  assert.equal(wrong.code, 422);
  assert.match(wrong.json().message, /denied request: not right but left$/);
});

test("a long text, and the authorizer asked from elsewhere", async () => {
  const may = (verb: string) => `authorizer.group('').resource('pods').namespace('default').check('${verb}').allowed()`;
  const create = await policy(
    "validating",
    "long",
    { validations: [{ expression: `object.data.a.findAll('a').size() > 0 && ${may("get")}` }, { expression: "object.data.a.matches('^(a+)+$')" }] },
    DENY,
  );
  assert.equal((await create({ data: { a: LONG } })).code, 201);
  assert.equal((await create({ data: { a: `${LONG}b` } })).code, 422);
});

test("more than it may cost", async () => {
  const create = await policy("validating", "dear", { validations: Array.from({ length: 40 }, () => ({ expression: SLOW })) }, DENY);
  assert.match((await create({})).json().message, /validation failed due to running out of cost budget/);
});

test("many policies' parameters", async () => {
  for (let i = 0; i < 100; i++) await post(cluster, MAPS, { metadata: { name: `param-${i}`, labels: { param: "yes" } }, data: { n: String(i) } });
  const create = await policy(
    "validating",
    "params",
    { paramKind: { apiVersion: "v1", kind: "ConfigMap" }, validations: [{ expression: "lists.range(100).all(a, a >= 0) && params.data.n != object.data.a" }] },
    { ...DENY, paramRef: { selector: { matchLabels: { param: "yes" } }, parameterNotFoundAction: "Deny" } },
  );
  assert.equal((await create({ data: { a: "100" } })).code, 201);
  assert.equal((await create({ data: { a: "57" } })).code, 422);
});

test("a change that takes long to make", async () => {
  const applied = `${SLOW} ? Object{data: {"b": "applied"}} : Object{}`;
  const patched = `${SLOW} ? [JSONPatch{op: "add", path: "/data/c", value: "patched"}] : []`;
  const create = await policy("mutating", "change", {
    reinvocationPolicy: "Never",
    mutations: [
      { patchType: "ApplyConfiguration", applyConfiguration: { expression: applied } },
      { patchType: "JSONPatch", jsonPatch: { expression: patched } },
    ],
  });
  const made = await create({ data: { a: "own" } });
  assert.equal(made.code, 201, made.text);
  assert.deepEqual(made.json().data, { a: "own", b: "applied", c: "patched" });
});

test("a policy of thousands of expressions is checked elsewhere", async () => {
  const validations = Array.from({ length: 2000 }, (_, i) => ({ expression: `object.metadata.name != 'a${i}'` }));
  const create = await policy("validating", "many", { validations }, DENY);
  assert.equal((await create({})).code, 201);
});
