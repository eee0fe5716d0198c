/** Endpoint slices: addresses by their type, and cells that show the first few. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointSlice as EndpointSliceType } from "../tables/discovery-v1.ts";
import { EndpointSlice } from "./endpoint-slice.ts";

const context = { now: 0 };

function slice(addressType: string, ...addresses: string[]): EndpointSliceType {
  return { metadata: { name: "s" }, addressType, endpoints: [{ addresses }], ports: [{ port: 80 }, { name: "any" }] };
}

const fieldsOf = (one: EndpointSliceType) =>
  EndpointSlice.rules.validateCreate?.(one, context).map(({ field, message }) => `${field} ${message.split(":")[0]}`);

test("addresses are of the slice's type, and lead somewhere", () => {
  assert.deepEqual(fieldsOf(slice("IPv4", "10.0.0.1")), []);
  assert.deepEqual(fieldsOf(slice("IPv4", "127.0.0.1", "2001:db8::1")), ["endpoints[0].addresses[0] Invalid value", "endpoints[0].addresses Invalid value"]);
  assert.deepEqual(fieldsOf(slice("IPv6", "2001:db8::1", "2001:db8:0::2")), ["endpoints[0].addresses[1] Invalid value"]);
  assert.deepEqual(fieldsOf(slice("FQDN", "example.com", "localhost")), ["endpoints[0].addresses[1] Invalid value"]);
});

test("endpoints that were bad before may stay, not change", () => {
  const bad = slice("IPv4", "127.0.0.1");
  assert.deepEqual(EndpointSlice.rules.validateUpdate?.(bad, bad, context), []);
  assert.equal(EndpointSlice.rules.validateUpdate?.(slice("IPv4", "127.0.0.2"), bad, context).length, 1);
});

test("a table shows three addresses and how many more there are", () => {
  const cells = EndpointSlice.rules.columns?.map(({ name, value }) => [name, value(slice("IPv4", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"), 0)]);
  assert.deepEqual(cells?.slice(1, 4), [
    ["AddressType", "IPv4"],
    ["Ports", "80,any"],
    ["Endpoints", "10.0.0.1,10.0.0.2,10.0.0.3 + 1 more..."],
  ]);
});
