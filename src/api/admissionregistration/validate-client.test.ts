/** Where a webhook is. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { clientErrors } from "./validate-client.ts";

const fieldsOf = (client: Parameters<typeof clientErrors>[1]) => clientErrors("c", client).map(({ field }) => field);

test("it is a URL or a service, and one of the two", () => {
  const service = { name: "s", namespace: "n", port: 443 };
  assert.deepEqual([fieldsOf({ url: "https://h/" }), fieldsOf({ service })], [[], []]);
  assert.deepEqual([fieldsOf({}), fieldsOf({ url: "https://h/", service })], [["c"], ["c"]]);
});

test("a service has a port, and a path of names", () => {
  const of = (port: number, path?: string) => fieldsOf({ service: { name: "s", namespace: "n", port, ...(path !== undefined && { path }) } });
  assert.deepEqual([of(1), of(65_535, "/"), of(443, "/a/b.c/"), of(0), of(65_536)], [[], [], [], ["c.service.port"], ["c.service.port"]]);
  assert.deepEqual([of(443, "ab/c"), of(443, "//"), of(443, "/a//b"), of(443, "/A")], Array(4).fill(["c.service.path"]));
});

test("a URL with a bad escape is none", () => assert.deepEqual(fieldsOf({ url: "https://h/%zz" }), ["c.url"]));
