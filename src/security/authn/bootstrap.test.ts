import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../api/kind.ts";
import { bootstrapAuthenticator } from "./bootstrap.ts";
import { CredentialError } from "./credentials.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const reader = new MemoryReader();
const { authenticate } = bootstrapAuthenticator(reader, { now: () => now, after: () => () => {} });

function put(data: Record<string, string>, more: object = {}): void {
  const fields = { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true", ...data };
  const encoded = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, Buffer.from(value).toString("base64")]));
  reader.put("", "secrets", {
    metadata: { namespace: "kube-system", name: "bootstrap-token-abcdef" },
    type: "bootstrap.kubernetes.io/token",
    data: encoded,
    ...more,
  } as KubeObject);
}
const show = (token: string) => authenticate({ certificates: undefined, authorization: [`Bearer ${token}`], peerAddress: "::1" });
const GOOD = "abcdef.0123456789abcdef";

test("a bootstrap token logs in with its groups, and dies with its secret, its time and its use", () => {
  assert.equal(show("eyJhbGciOi.x.y"), undefined);
  assert.throws(() => show(GOOD), CredentialError);
  put({ "auth-extra-groups": "system:bootstrappers:workers", expiration: "2026-11-24T13:00:00Z" });
  assert.deepEqual(
    { ...show(GOOD), extra: {} },
    { name: "system:bootstrap:abcdef", groups: ["system:bootstrappers", "system:bootstrappers:workers"], extra: {}, via: "bootstrap" },
  );
  assert.throws(() => show("abcdef.0123456789abcdee"), /no such/);
  put({ expiration: "2026-11-24T11:59:59Z" });
  assert.throws(() => show(GOOD), /expired/);
  put({ expiration: "soon" });
  assert.throws(() => show(GOOD), /expired/);
  put({ "usage-bootstrap-authentication": "false" });
  assert.throws(() => show(GOOD), /isn't for logging in/);
  put({ "auth-extra-groups": "system:masters" });
  assert.throws(() => show(GOOD), /may not/);
  put({}, { type: "Opaque" });
  assert.throws(() => show(GOOD), /no such/);
});
