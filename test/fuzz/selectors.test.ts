/** Selectors, quantities and durations: small grammars that every client writes. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { DurationError, parseDuration } from "../../src/machinery/duration.ts";
import { canonicalQuantity, parseQuantity, QuantityError } from "../../src/machinery/quantity/quantity.ts";
import { parseFieldSelector } from "../../src/machinery/selectors/fields.ts";
import { parseLabelSelector } from "../../src/machinery/selectors/labels.ts";
import { fuzz, pieces, unless } from "./fuzz.ts";

const labels = fc.dictionary(fc.constantFrom("a", "b", "x/y", "tier"), fc.constantFrom("", "1", "web", "10"));

fuzz("label selectors", [pieces("a", "b", "x/y", "=", "==", "!=", "!", " in ", " notin ", "(", ")", ",", ">", "<", "1", " ", "web"), labels], (text, on) => {
  const selector = unless([Error], () => parseLabelSelector(text));
  if (!selector) return;
  const again = parseLabelSelector(String(selector));
  assert.equal(String(again), String(selector));
  assert.equal(again.matches(on), selector.matches(on));
});

fuzz("field selectors", [pieces("metadata.name", "spec.nodeName", "=", "==", "!=", ",", "\\", "\\,", "\\=", "a", " ")], (text) => {
  unless([Error], () => parseFieldSelector(text));
});

fuzz("quantities", [pieces("1", "0", "9", ".", "-", "+", "e", "E", "Ki", "Mi", "Gi", "m", "k", "n", "u", "5", "00")], (text) => {
  const read = unless([QuantityError], () => parseQuantity(text));
  if (!read) return;
  const canonical = canonicalQuantity(text);
  assert.equal(canonicalQuantity(canonical), canonical);
});

fuzz("durations", [pieces("1", "0", ".", "-", "h", "m", "s", "ms", "us", "ns", "5")], (text) => {
  unless([DurationError], () => parseDuration(text));
});
