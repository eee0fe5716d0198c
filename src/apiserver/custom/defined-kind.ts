/** A kind made from its definition's text alone, for a thread that has no caches. */

import assert from "node:assert/strict";
import type { Kind } from "../../api/kind.ts";
import type { DefinitionText } from "./definition-text.ts";
import { kindsOf } from "./kinds.ts";

/** @returns the version's kind, which can judge objects but not convert them */
export function definedKind(text: DefinitionText, version: string): Kind {
  const found = kindsOf(text.read(), text, undefined).find(({ kind }) => kind.version === version);
  assert.ok(found, `the definition has no version ${version}`);
  return found.kind;
}
