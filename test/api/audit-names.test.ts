/** The record of a create tells which object it made, though its path doesn't. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "../../src/api/resources.ts";
import { startControlPlane } from "../../src/cli/control-plane.ts";
import { connect } from "../../src/client/connect.ts";
import type { AuditRecord } from "../../src/security/audit/record.ts";

test("the record of a create names what was made, also by a generated name", async () => {
  const records: AuditRecord[] = [];
  const audit = { append: (record: AuditRecord) => void records.push(record), full: false, durable: async () => {}, close: async () => {} };
  await using cluster = await startControlPlane({ audit });
  const client = connect({
    access: { server: cluster.url, ca: cluster.ca, certificate: () => cluster.identity("ann", ["system:masters"]) },
    component: "test",
  });
  const named = await client.create(ConfigMap, { metadata: { name: "plain", namespace: "default" } });
  const generated = await client.create(ConfigMap, { metadata: { generateName: "made-", namespace: "default" } });
  await client.transport.close();
  const created = records.filter(({ verb, user, objectRef }) => verb === "create" && user.username === "ann" && objectRef?.resource === "configmaps");
  assert.deepEqual(
    created.map(({ objectRef }) => [objectRef?.name, objectRef?.uid]),
    [named, generated].map(({ metadata }) => [metadata.name, metadata.uid]),
  );
});
