import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, says } from "../../../test/support/admission.ts";
import { MemoryReader } from "../../../test/support/memory-reader.ts";
import type { KubeObject } from "../../api/kind.ts";
import type { LimitRangeItem, Pod } from "../../api/tables/core-v1.ts";
import { limitRanger } from "./limit-ranger.ts";

function namespaceWith(...limits: LimitRangeItem[]): MemoryReader {
  const reader = new MemoryReader();
  reader.put("", "limitranges", { metadata: { namespace: "a", name: "l" }, spec: { limits } } as KubeObject);
  return reader;
}
const pod = (...resources: object[]): Pod => ({
  metadata: { namespace: "a", name: "p" },
  spec: { containers: resources.map((each, index) => ({ name: `c${index}`, resources: each })) },
});
const ask1 = (reader: MemoryReader, object: Pod) => ask(limitRanger, { reader, on: "pods", object });

test("what a container doesn't say is filled in, and noted", async () => {
  const reader = namespaceWith({ type: "Container", default: { cpu: "500m", memory: "1Gi" }, defaultRequest: { cpu: "100m" } });
  const object = pod({}, { limits: { cpu: "2" }, requests: { cpu: "1" } });
  await ask1(reader, object);
  assert.deepEqual(
    object.spec.containers!.map(({ resources }) => resources),
    [
      { limits: { cpu: "500m", memory: "1Gi" }, requests: { cpu: "100m" } },
      { limits: { cpu: "2", memory: "1Gi" }, requests: { cpu: "1" } },
    ],
  );
  assert.equal(
    object.metadata.annotations!["kubernetes.io/limit-ranger"],
    "LimitRanger plugin set: cpu request for container c0; cpu, memory limit for container c0; memory limit for container c1",
  );
});

test("too little, too much and too far apart are refused in Kubernetes' words, for containers, pods and claims", async () => {
  const container = namespaceWith({ type: "Container", min: { cpu: "100m" }, max: { cpu: "1" }, maxLimitRequestRatio: { cpu: "2" } });
  await ask1(container, pod({ requests: { cpu: "500m" }, limits: { cpu: "1" } }));
  await assert.rejects(
    ask1(container, pod({ requests: { cpu: "50m" }, limits: { cpu: "100m" } })),
    says(403, 'pods "p" is forbidden: minimum cpu usage per Container is 100m, but request is 50m'),
  );
  await assert.rejects(
    ask1(container, pod({ requests: { cpu: "1" }, limits: { cpu: "2" } })),
    says(403, "maximum cpu usage per Container is 1, but limit is 2"),
  );
  await assert.rejects(
    ask1(container, pod({ requests: { cpu: "100m" }, limits: { cpu: "1" } })),
    says(403, "cpu max limit to request ratio per Container is 2, but provided ratio is 10.000000"),
  );
  await assert.rejects(
    ask1(container, pod({})),
    says(
      403,
      "[minimum cpu usage per Container is 100m.  No request is specified, maximum cpu usage per Container is 1.  No limit is specified, cpu max limit",
    ),
  );
  const whole = namespaceWith({ type: "Pod", max: { memory: "1Gi" } });
  await assert.rejects(
    ask1(whole, pod({ limits: { memory: "600Mi" } }, { limits: { memory: "600Mi" } })),
    says(403, "maximum memory usage per Pod is 1Gi, but limit is 1200Mi"),
  );
  const claims = namespaceWith({ type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: "2Gi" } });
  const claim = (storage: string) =>
    ask(limitRanger, {
      reader: claims,
      on: "persistentvolumeclaims",
      object: { metadata: { namespace: "a", name: "c" }, spec: { resources: { requests: { storage } } } },
    });
  await claim("2Gi");
  await assert.rejects(claim("3Gi"), says(403, "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi"));
});
