/** OpenAPI v2 made from v3: shared parameters, bodies, references; schemas of custom resources; parts that are v2 already. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Swagger } from "./swagger.ts";
import { swaggerSchema } from "./swagger-schema.ts";

const reference = { $ref: "#/components/schemas/x.Thing" };
const query = (name: string): object => ({ in: "query", name, schema: { type: "string", uniqueItems: true } });

test("bodies become parameters, and what operations share stands once", () => {
  const swagger = new Swagger();
  const content = { "application/yaml": { schema: reference }, "application/json": { schema: reference } };
  const responses = { 201: { description: "Created", content } };
  const post = { operationId: "createThing", requestBody: { content, required: true }, responses, "x-kubernetes-action": "post" };
  swagger.add({
    paths: { "/things": { post: { ...post, parameters: [query("dryRun"), query("pretty")] }, parameters: [query("pretty")] } },
    components: { schemas: { "x.Thing": { type: "object", properties: { size: { allOf: [reference], default: {} } } } } },
  });
  const { paths, definitions, parameters } = JSON.parse(swagger.text());
  const [shared] = Object.keys(parameters);
  assert.match(shared ?? "", /^pretty-[\w-]{8}$/);
  assert.deepEqual(parameters, { [shared!]: { type: "string", uniqueItems: true, in: "query", name: "pretty" } });
  assert.deepEqual(paths["/things"], {
    post: {
      consumes: ["application/json", "application/yaml"],
      produces: ["application/json", "application/yaml"],
      schemes: ["https"],
      operationId: "createThing",
      "x-kubernetes-action": "post",
      parameters: [
        { name: "body", in: "body", required: true, schema: { $ref: "#/definitions/x.Thing" } },
        { type: "string", uniqueItems: true, in: "query", name: "dryRun" },
        { $ref: `#/parameters/${shared}` },
      ],
      responses: { 201: { description: "Created", schema: { $ref: "#/definitions/x.Thing" } } },
    },
    parameters: [{ $ref: `#/parameters/${shared}` }],
  });
  assert.deepEqual(definitions, { "x.Thing": { type: "object", properties: { size: { $ref: "#/definitions/x.Thing" } } } });
});

test("a custom resource's schema keeps what v2 can say", () => {
  assert.deepEqual(
    swaggerSchema({
      type: "object",
      description: "as given",
      required: ["when", "name"],
      properties: {
        name: { type: "string", default: "a", anyOf: [{ minLength: 1 }] },
        when: { type: "string", nullable: true, format: "date-time" },
        any: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { a: { type: "string" } } },
        list: { type: "array", nullable: true, items: { type: "string" } },
        port: { anyOf: [{ type: "integer" }, { type: "string" }], "x-kubernetes-int-or-string": true },
      },
    }),
    {
      type: "object",
      description: "as given",
      required: ["name"],
      properties: {
        name: { type: "string" },
        when: { format: "date-time" },
        any: { "x-kubernetes-preserve-unknown-fields": true },
        list: {},
        port: { "x-kubernetes-int-or-string": true },
      },
    },
  );
});

test("a part's definitions that differ from known ones are renamed, and the references to them follow", () => {
  const swagger = new Swagger();
  swagger.merge({ definitions: { A: { type: "string" }, B: { type: "string" } } });
  swagger.merge({
    definitions: { A: { type: "integer" }, B: { type: "string" } },
    paths: { "/x": { get: { schema: { $ref: "#/definitions/A" }, other: { $ref: "#/definitions/B" } } } },
  });
  const { paths, definitions } = JSON.parse(swagger.text());
  assert.deepEqual(definitions, { A: { type: "string" }, A_v2: { type: "integer" }, B: { type: "string" } });
  assert.deepEqual(paths, { "/x": { get: { schema: { $ref: "#/definitions/A_v2" }, other: { $ref: "#/definitions/B" } } } });
});
