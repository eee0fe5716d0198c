/** Questions to an authorizer, as expressions put them together. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { MATCH_CONDITIONS_LIMIT } from "../limits.ts";
import { celEnvironment, compile } from "../program.ts";
import { parseType } from "../types/parse-type.ts";
import { type AuthorizationCheck, authorizerValue, resourceCheckValue } from "./authorizer.ts";

const environment = celEnvironment(
  new Map([
    ["authorizer", parseType("kubernetes.authorization.Authorizer")],
    ["authorizer.requestResource", parseType("kubernetes.authorization.ResourceCheck")],
  ]),
);

function ask(expression: string): { value: unknown; asked: AuthorizationCheck[]; cost: number } {
  const asked: AuthorizationCheck[] = [];
  const authorize = (check: AuthorizationCheck) => {
    asked.push(check);
    return { allowed: check.verb === "get", reason: `asked ${check.verb}` };
  };
  const compiled = compile(expression, environment);
  assert.ok("program" in compiled, "text" in compiled ? compiled.text : "");
  const lookup = (name: string) =>
    name === "authorizer" ? authorizerValue(authorize) : resourceCheckValue(authorize, { group: "apps", resource: "deployments" });
  return { ...compiled.program.evaluate(lookup, MATCH_CONDITIONS_LIMIT), asked };
}

test("an expression may ask about any resource, path and service account", () => {
  const { value, asked, cost } = ask(
    "authorizer.serviceAccount('ns', 'sa').group('').resource('pods').subresource('log').namespace('n').name('x').fieldSelector('a=b').check('get').allowed()",
  );
  assert.deepEqual([value, cost], [true, 350_119]);
  assert.deepEqual(asked, [
    {
      serviceAccount: { namespace: "ns", name: "sa" },
      group: "",
      resource: "pods",
      subresource: "log",
      namespace: "n",
      name: "x",
      fieldSelector: "a=b",
      verb: "get",
    },
  ]);
  assert.deepEqual(ask("authorizer.path('/healthz').check('post').reason()").value, "asked post");
});

test("the resource of the request has a name of its own", () => {
  assert.deepEqual(ask("authorizer.requestResource.check('delete').allowed()"), {
    value: false,
    cost: 350_002,
    asked: [{ group: "apps", resource: "deployments", verb: "delete" }],
  });
});
