import assert from "node:assert/strict";
import { test } from "node:test";
import { addressClassifier } from "./address.ts";

test("an address is classed by where it leads, however it is spelt", () => {
  const classOf = addressClassifier({ pods: ["10.200.0.0/16"], services: ["10.96.0.0/16"], nodes: ["10.250.0.0/24"] });
  const expected = {
    "127.0.0.1": "loopback",
    "::1": "loopback",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:7f00:1": "loopback",
    "::127.0.0.1": "loopback",
    "64:ff9b::7f00:1": "loopback",
    "2002:7f00:1::": "loopback",
    "0.0.0.0": "unspecified",
    "::": "unspecified",
    "169.254.169.254": "metadata",
    "::ffff:a9fe:a9fe": "metadata",
    "fd00:ec2::254": "metadata",
    "169.254.1.1": "link-local",
    "fe80::1%eth0": "link-local",
    "224.0.0.1": "multicast",
    "10.200.3.4": "pod",
    "10.96.0.1": "service",
    "10.250.0.9": "node",
    "10.1.1.1": "private",
    "fd12::1": "private",
    "192.0.2.1": "public",
    "2001:db8::1": "public",
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((address) => [address, classOf(address)])), expected);
  assert.throws(() => classOf("localhost"), /no IP address/);
});
