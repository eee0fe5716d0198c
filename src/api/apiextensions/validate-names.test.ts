/** Names of custom kinds. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameErrors } from "./validate-names.ts";

const fieldsOf = (names: Parameters<typeof nameErrors>[1]) => nameErrors("n", names).map(({ field }) => field);

test("names are labels, those of kinds in mixed case; missing ones are another matter", () => {
  assert.deepEqual(fieldsOf({ plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList", shortNames: ["wd"], categories: ["all"] }), []);
  assert.deepEqual(fieldsOf({ plural: "", kind: "" }), []);
  const wrong = { plural: "Widgets", singular: "1", kind: "Wid.get", listKind: "-", shortNames: ["wd", ""], categories: ["a b"] };
  assert.deepEqual(fieldsOf(wrong), ["n.plural", "n.singular", "n.kind", "n.listKind", "n.shortNames[1]", "n.categories[0]"]);
});

test("a kind and its list have two names", () => assert.deepEqual(fieldsOf({ plural: "as", kind: "A", listKind: "A" }), ["n.listKind"]));
