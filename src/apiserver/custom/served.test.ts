/** What a definition's versions are served with, and that nothing of the decoded definition stays in memory for it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { DefinitionText } from "./definition-text.ts";
import { kindsOf } from "./kinds.ts";
import { servedVersions } from "./served.ts";

const version = (name: string, storage: boolean, more: object = {}) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "string", maxLength: 7 } } } },
  ...more,
});
const text = (...versions: object[]): DefinitionText =>
  new DefinitionText(
    "u/1",
    Buffer.from(
      JSON.stringify({
        metadata: { name: "widgets.example.com", uid: "u" },
        spec: { group: "example.com", scope: "Namespaced", names: { plural: "widgets", kind: "Widget" }, versions },
      }),
    ),
  );

test("versions that are served or stored, with what they say of themselves", () => {
  const hidden = { ...version("v0", false), served: false };
  const one = text(version("v1", true), version("v1beta1", false, { deprecated: true, subresources: { status: {} } }), hidden);
  const [v1, beta, ...more] = servedVersions(one.read(), one);
  assert.equal(more.length, 0);
  assert.deepEqual([v1!.version, v1!.storageVersion, v1!.hasStatus, v1!.deprecation], ["v1", "v1", false, undefined]);
  assert.deepEqual(
    [beta!.version, beta!.storageVersion, beta!.hasStatus, beta!.deprecation],
    ["v1beta1", "v1", true, "example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget"],
  );
  assert.equal(v1!.schema()?.properties.get("spec")?.type, "string");
  assert.equal(v1!.props, v1!.props, "rules are compiled once for the very same schema");
  assert.notEqual(v1!.readProps(), v1!.readProps());
});

test("the decoded definition goes, and its schema is read again when it is needed", async () => {
  setFlagsFromString("--expose_gc");
  const collect = runInNewContext("gc") as () => void;
  const one = text(version("v1", true));
  const make = () => {
    const definition = one.read();
    return { kinds: kindsOf(definition, one, undefined), definition: new WeakRef(definition.spec.versions![0]!.schema!) };
  };
  const { kinds, definition } = make();
  await sleep(0);
  collect();
  assert.equal(definition.deref(), undefined);
  const [{ kind }] = kinds as [(typeof kinds)[number]];
  const errors = kind.rules.validateCreate?.({ metadata: { name: "a" }, ...{ spec: "too long a text" } }, { now: 0 });
  assert.deepEqual(
    errors?.map(({ field }) => field),
    ["spec"],
  );
});
