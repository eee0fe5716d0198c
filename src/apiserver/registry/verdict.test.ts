/** What is said of an object once its kind has nothing to say. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { bareNameErrors } from "./metadata.ts";

test("no kind has names that a path can't hold, also where any name will do", () => {
  assert.deepEqual(
    ["a/b", "..", "a%b", "a:b", "A b"].map((name) => bareNameErrors({ name }).map(({ type, field }) => `${type} ${field}`)),
    [["FieldValueInvalid metadata.name"], ["FieldValueInvalid metadata.name"], ["FieldValueInvalid metadata.name"], [], []],
  );
});
