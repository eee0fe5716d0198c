/** Policies are checked against the kinds that they name: what doesn't fit is told, once a generation. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lister } from "../../api/resource.ts";
import type { ValidatingAdmissionPolicy as Policy } from "../../api/tables/admissionregistration-v1.ts";
import type { CustomResourceDefinition as Definition } from "../../api/tables/apiextensions-v1.ts";
import policyTypes from "./policy-types.ts";

const lister = (...items: Definition[]): Lister<Definition> => ({ get: () => undefined, list: () => items, ownedBy: () => [], orphans: () => [] });

function statusOf(resource: [group: string, name: string], spec: Partial<Policy["spec"]>, ...definitions: Definition[]): unknown {
  const [apiGroup, name] = resource;
  const matchConstraints = { resourceRules: [{ apiGroups: [apiGroup], apiVersions: ["v1"], operations: ["CREATE"], resources: [name] }] };
  const policy: Policy = { metadata: { name: "p", generation: 2 }, spec: { matchConstraints, ...spec }, status: { observedGeneration: 1 } };
  const [write] = policyTypes.reconcile(policy, { definitions: lister(...definitions) }, { now: 0 });
  assert.ok(write && "patch" in write && write.patch);
  return (write.patch.body as { status: unknown }).status;
}

test("an expression that fits its kind is passed without a word", () => {
  const validations = [{ expression: "object.spec.replicas > 1 && object.spec.template.spec.containers.all(c, c.image.startsWith('r/'))" }];
  assert.deepEqual(statusOf(["apps", "deployments"], { validations }), { observedGeneration: 2, typeChecking: { expressionWarnings: [] } });
});

test("a field that the kind doesn't have is told with its place, in expressions and messages", () => {
  const status = statusOf(["apps", "deployments"], {
    variables: [{ name: "foo", expression: "object.foo" }],
    validations: [{ expression: "object.spec.replicsa > 1", messageExpression: "object.spec.replicas + 'x'" }],
  });
  assert.deepEqual(status, {
    observedGeneration: 2,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: "spec.validations[0].expression",
          warning: "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replicsa'\n | object.spec.replicsa > 1\n | ...........^\n",
        },
        {
          fieldRef: "spec.validations[0].messageExpression",
          warning:
            "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_+_' applied to '(int, string)'\n | object.spec.replicas + 'x'\n | .....................^\n",
        },
      ],
    },
  });
});

test("custom resources are known by their definitions", () => {
  const openAPIV3Schema = { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } };
  const definition = {
    metadata: { name: "things.ex.com" },
    spec: {
      group: "ex.com",
      scope: "Namespaced",
      names: { plural: "things", kind: "Thing" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
  const check = (expression: string) => JSON.stringify(statusOf(["ex.com", "things"], { validations: [{ expression }] }, definition));
  assert.match(
    check("object.spec.size == 'x'"),
    /ex\.com\/v1, Kind=Thing: ERROR: <input>:1:18: found no matching overload for '_==_' applied to '\(int, string\)'/,
  );
  assert.match(check("object.spec.size == 1 && object.metadata.name != ''"), /"expressionWarnings":\[\]/);
});

test("a policy is checked once a generation", () => {
  const policy: Policy = { metadata: { name: "p", generation: 2 }, spec: {}, status: { observedGeneration: 2 } };
  assert.deepEqual(policyTypes.reconcile(policy, { definitions: lister() }, { now: 0 }), []);
});
