/** APIServices: named by what they serve, local ones available from the first moment. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { APIService as APIServiceType } from "../tables/apiregistration-v1.ts";
import { APIService } from "./api-service.ts";

const context = { now: 0 };

function apiService(name: string, service?: APIServiceType["spec"]["service"]): APIServiceType {
  return {
    metadata: { name, creationTimestamp: "2026-11-24T12:00:00Z" },
    spec: { group: "example.com", version: "v1", groupPriorityMinimum: 1000, versionPriority: 10, ...(service && { service }) },
  };
}

test("a name is version and group", () => {
  assert.deepEqual(APIService.rules.validate?.(apiService("v1.example.com"), context), []);
  const errors = APIService.rules.validate?.(apiService("example"), context);
  assert.deepEqual(
    errors?.map(({ field }) => field),
    ["metadata.name"],
  );
});

test("what the server itself serves is available at once", () => {
  const shown = (one: APIServiceType) => {
    APIService.rules.prepareCreate?.(one);
    return APIService.rules.columns?.slice(1, 3).map(({ value }) => value(one, 0));
  };
  assert.deepEqual(shown(apiService("v1.example.com")), ["Local", "True"]);
  assert.deepEqual(shown(apiService("v1.example.com", { namespace: "n", name: "s" })), ["n/s", "Unknown"]);
});
