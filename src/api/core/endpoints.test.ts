import assert from "node:assert/strict";
import { test } from "node:test";
import { create, kindFor, NOW } from "../../../test/support/kind-write.ts";
import type { KubeObject } from "../kind.ts";

const endpoints = (...subsets: object[]) => ({ apiVersion: "v1", kind: "Endpoints", metadata: { name: "e", namespace: "t" }, subsets });

test("a port is of TCP where it doesn't say", () => {
  const { object, errors } = create(endpoints({ addresses: [{ ip: "10.0.0.2" }], ports: [{ port: 80 }] }));
  assert.deepEqual(errors, []);
  assert.deepEqual(object.subsets, [{ addresses: [{ ip: "10.0.0.2" }], ports: [{ port: 80, protocol: "TCP" }] }]);
});

test("addresses and ports are checked", () => {
  const ports = [
    { port: 0, protocol: "X" },
    { name: "b", port: 1 },
  ];
  assert.deepEqual(create(endpoints({ ports: [{ port: 80 }] }, { addresses: [{ ip: "127.0.0.1" }], ports })).errors, [
    "FieldValueRequired subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`",
    'FieldValueInvalid subsets[1].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    "FieldValueRequired subsets[1].ports[0].name: Required value",
    "FieldValueInvalid subsets[1].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
    'FieldValueNotSupported subsets[1].ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
  ]);
});

test("the column shows three of them", () => {
  const many = endpoints({ addresses: [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }], ports: [{ port: 80 }, { port: 81 }] }) as KubeObject;
  assert.equal(kindFor("v1", "Endpoints").rules.columns?.[1]?.value(many, NOW), "10.0.0.1:80,10.0.0.2:80,10.0.0.1:81 + 1 more...");
});
