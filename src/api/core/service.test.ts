import assert from "node:assert/strict";
import { test } from "node:test";
import { create, kindFor, NOW, update } from "../../../test/support/kind-write.ts";
import type { KubeObject } from "../kind.ts";

const service = (spec: object, status?: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "s", namespace: "t" },
  spec,
  ...(status && { status }),
});
/** As it is stored, with what was allocated for it. */
const BALANCED = {
  type: "LoadBalancer",
  ports: [{ port: 80, nodePort: 30000 }],
  clusterIP: "10.96.0.9",
  clusterIPs: ["10.96.0.9"],
  ipFamilies: ["IPv4"],
  ipFamilyPolicy: "SingleStack",
  allocateLoadBalancerNodePorts: true,
  loadBalancerClass: "a/b",
};

test("a plain service's defaults; the single address and the list say the same", () => {
  const { object, errors } = create(service({ ports: [{ port: 80 }], selector: { a: "b" }, clusterIP: "10.96.0.9" }));
  assert.deepEqual(errors, []);
  assert.deepEqual(object.spec, {
    ports: [{ protocol: "TCP", port: 80, targetPort: 80 }],
    selector: { a: "b" },
    clusterIP: "10.96.0.9",
    clusterIPs: ["10.96.0.9"],
    type: "ClusterIP",
    sessionAffinity: "None",
    internalTrafficPolicy: "Cluster",
  });
  assert.deepEqual(object.status, { loadBalancer: {} });
});

test("ports, type and policies are checked", () => {
  const { errors, warnings } = create(
    service({
      type: "Foo",
      ports: [
        { port: 0, protocol: "X" },
        { name: "a", port: 70000, targetPort: "-" },
      ],
      sessionAffinity: "Y",
      externalName: "x",
      externalIPs: ["127.0.0.1"],
      internalTrafficPolicy: "Z",
      clusterIP: "None",
    }),
  );
  assert.deepEqual(errors, [
    "FieldValueRequired spec.ports[0].name: Required value",
    "FieldValueInvalid spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
    'FieldValueNotSupported spec.ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"',
    "FieldValueInvalid spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
    "FieldValueInvalid spec.ports[1].port: Invalid value: 70000: must be between 1 and 65535, inclusive",
    'FieldValueInvalid spec.ports[1].targetPort: Invalid value: "-": must contain at least one letter (a-z)',
    'FieldValueInvalid spec.ports[1].targetPort: Invalid value: "-": must not begin or end with a hyphen',
    'FieldValueNotSupported spec.sessionAffinity: Unsupported value: "Y": supported values: "ClientIP", "None"',
    'FieldValueInvalid spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    'FieldValueNotSupported spec.type: Unsupported value: "Foo": supported values: "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"',
    'FieldValueNotSupported spec.internalTrafficPolicy: Unsupported value: "Z": supported values: "Cluster", "Local"',
  ]);
  assert.deepEqual(warnings, [
    "spec.externalIPs is deprecated and may no longer be implemented in some clusters",
    'spec.externalName is ignored when spec.type is not "ExternalName"',
  ]);
});

test("a change of type takes with it what only the old type may have", () => {
  const { object, errors } = update(service(BALANCED), service({ ...BALANCED, type: "ClusterIP" }));
  assert.deepEqual(errors, []);
  const { ports, allocateLoadBalancerNodePorts, loadBalancerClass, externalTrafficPolicy, clusterIP } = object.spec as Record<string, unknown>;
  assert.deepEqual(ports, [{ protocol: "TCP", port: 80, targetPort: 80 }]);
  assert.deepEqual([allocateLoadBalancerNodePorts, loadBalancerClass, externalTrafficPolicy, clusterIP], [undefined, undefined, undefined, "10.96.0.9"]);
});

test("a service that becomes a name keeps nothing of the network", () => {
  const { object, errors } = update(service(BALANCED), service({ ...BALANCED, type: "ExternalName", externalName: "a.b" }));
  assert.deepEqual(errors, []);
  const ports = [{ protocol: "TCP", port: 80, targetPort: 80 }];
  assert.deepEqual(object.spec, { ports, type: "ExternalName", sessionAffinity: "None", externalName: "a.b" });
});

test("an address that is given stays", () => {
  const other = { ...BALANCED, clusterIP: "10.96.0.10", clusterIPs: ["10.96.0.10"] };
  assert.deepEqual(update(service(BALANCED), service(other)).errors, [
    'FieldValueInvalid spec.clusterIPs[0]: Invalid value: ["10.96.0.10"]: may not change once set',
  ]);
});

test("a balancer's addresses are addresses, and its names none", () => {
  const status = { loadBalancer: { ingress: [{ ip: "x", hostname: "1.2.3.4" }] } };
  assert.deepEqual(update(service(BALANCED), service(BALANCED, status), "status").errors, [
    'FieldValueInvalid status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'FieldValueInvalid status.loadBalancer.ingress[0].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address',
  ]);
});

test("the columns", () => {
  const cells = (spec: object, status?: object) => {
    const { object } = update(service(BALANCED), service({ ...BALANCED, ...spec }, status), "status");
    const whole = { ...object, spec: { ...(object.spec as object), ...spec } } as unknown as KubeObject;
    return kindFor("v1", "Service").rules.columns?.map((column) => column.value(whole, NOW));
  };
  assert.deepEqual(cells({}), ["s", "LoadBalancer", "10.96.0.9", "<pending>", "80:30000/TCP", "<unknown>", "<none>"]);
  const ingress = [{ ip: "2.2.2.2" }, { hostname: "h" }];
  assert.deepEqual(cells({ externalIPs: ["1.1.1.1"], selector: { b: "c", a: "b" } }, { loadBalancer: { ingress } })?.slice(3), [
    "2.2.2.2,h,1.1.1.1",
    "80:30000/TCP",
    "<unknown>",
    "a=b,b=c",
  ]);
});
