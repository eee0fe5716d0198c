import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "../../api/tables/core-v1.ts";
import type { EndpointSlice } from "../../api/tables/discovery-v1.ts";
import { doorsOf } from "./model.ts";
import { ruleset } from "./ruleset.ts";

const service = (spec: Partial<Service["spec"]>): Service =>
  ({
    metadata: { name: "web", namespace: "default" },
    spec: { clusterIP: "10.96.0.7", ports: [{ name: "http", port: 80, protocol: "TCP" }], ...spec },
  }) as Service;

function slice(
  endpoints: readonly { readonly address: string; readonly node?: string; readonly ready?: boolean; readonly serving?: boolean }[],
): EndpointSlice {
  return {
    metadata: {},
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: endpoints.map(({ address, node, ready = true, serving = ready }) => ({
      addresses: [address],
      conditions: { ready, serving },
      ...(node && { nodeName: node }),
    })),
  };
}

test("a service leads to its ready endpoints, in a fixed order, each once", () => {
  const slices = [slice([{ address: "10.244.1.3" }, { address: "10.244.0.2" }, { address: "10.244.0.9", ready: false }]), slice([{ address: "10.244.1.3" }])];
  assert.deepEqual(doorsOf(service({}), slices, "a"), [
    {
      address: "10.96.0.7",
      protocol: "tcp",
      port: 80,
      sticky: false,
      masquerade: false,
      targets: [
        { address: "10.244.0.2", port: 8080 },
        { address: "10.244.1.3", port: 8080 },
      ],
    },
  ]);
});

test("where no endpoint is ready, those that end but still serve are used", () => {
  const [door] = doorsOf(
    service({}),
    [
      slice([
        { address: "10.244.0.2", ready: false, serving: true },
        { address: "10.244.0.3", ready: false },
      ]),
    ],
    "a",
  );
  assert.deepEqual(door?.targets, [{ address: "10.244.0.2", port: 8080 }]);
});

test("a local policy keeps to the node's own endpoints, and hides no source", () => {
  const spec = { ports: [{ name: "http", port: 80, nodePort: 30080, protocol: "TCP" }], externalTrafficPolicy: "Local" };
  const [inside, outside] = doorsOf(
    service(spec),
    [
      slice([
        { address: "10.244.0.2", node: "a" },
        { address: "10.244.1.2", node: "b" },
      ]),
    ],
    "b",
  );
  assert.equal(inside?.targets.length, 2);
  assert.deepEqual(outside?.targets, [{ address: "10.244.1.2", port: 8080 }]);
  assert.equal(outside?.masquerade, false);
});

test("headless services have no door", () => {
  assert.deepEqual(doorsOf(service({ clusterIP: "None" }), [], "a"), []);
});

test("the ruleset replaces the table in one step, and refuses what leads nowhere", () => {
  const doors = [
    ...doorsOf(service({}), [slice([{ address: "10.244.0.2" }, { address: "10.244.0.3" }])], "a"),
    ...doorsOf(service({ clusterIP: "10.96.0.8" }), [], "a"),
  ];
  const text = ruleset(doors, { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" });
  assert.match(text, /^table ip rampart\ndelete table ip rampart\n/);
  assert.match(text, /10\.96\.0\.7 \. tcp \. 80 \. 1 : 10\.244\.0\.3 \. 8080,/);
  assert.match(text, /set refused \{\n.*\n {4}elements = \{\n {6}10\.96\.0\.8 \. tcp \. 80,/);
});
