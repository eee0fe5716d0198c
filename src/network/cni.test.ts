import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { test } from "node:test";
import { cniConflist, writeCniConflist } from "./cni.ts";

test("the pod network has one range a family and a default route in each", async () => {
  const { plugins } = JSON.parse(cniConflist({ podCidrs: ["10.244.1.0/24", "fd00:1::/64"], leases: "/leases" }));
  assert.deepEqual(plugins[0].ipam, {
    type: "host-local",
    dataDir: "/leases",
    ranges: [[{ subnet: "10.244.1.0/24" }], [{ subnet: "fd00:1::/64" }]],
    routes: [{ dst: "0.0.0.0/0" }, { dst: "::/0" }],
  });
  const folder = mkdtempSync("/tmp/rampart-cni-");
  try {
    await writeCniConflist(folder, { podCidrs: ["10.244.1.0/24"], leases: "/leases" });
    assert.equal(readFileSync(`${folder}/10-rampart.conflist`, "utf8"), cniConflist({ podCidrs: ["10.244.1.0/24"], leases: "/leases" }));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
