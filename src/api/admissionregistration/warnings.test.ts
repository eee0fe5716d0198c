/** Names that files have, and rules that do nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { reviewWarnings, staticNameErrors } from "./warnings.ts";

test("names of files can't be made over the API", () => {
  assert.deepEqual(
    [staticNameErrors({ name: "a.static.k8s.io" }).length, staticNameErrors({ name: "a.k8s.io" }).length, staticNameErrors({}).length],
    [1, 0, 0],
  );
});

test("each review is named once a rule, but for rules with a wildcard", () => {
  const rule = {
    operations: ["CREATE"],
    apiGroups: ["authorization.k8s.io"],
    apiVersions: ["v1"],
    resources: ["subjectaccessreviews", "subjectaccessreviews"],
  };
  assert.equal(reviewWarnings([{ rules: [rule] }]).length, 1);
  assert.deepEqual(reviewWarnings([{ rules: [{ ...rule, apiGroups: ["*"] }] }, {}]), []);
});
