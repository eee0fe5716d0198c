/** Admission policies over the API: what they deny, warn of, record and change; their parameters, conditions and order; and which expressions are accepted. */

import assert from "node:assert/strict";
import type { OutgoingHttpHeaders } from "node:http";
import { test } from "node:test";
import { type ControlPlane, startControlPlane } from "../../src/cli/control-plane.ts";
import type { AuditRecord } from "../../src/security/audit/record.ts";
import { type RawAnswer, send } from "../support/https.ts";

const REGISTRATION = "/apis/admissionregistration.k8s.io/v1";
const MAPS = "/api/v1/namespaces/default/configmaps";
/** Pods may be of any kind here. */
const FREE = { name: "free", labels: { "pod-security.kubernetes.io/enforce": "privileged" } };
const DEPLOYMENTS = "/apis/apps/v1/namespaces/free/deployments";

const rule = (group: string, resource: string, ...operations: string[]) => ({
  apiGroups: [group],
  apiVersions: ["*"],
  operations: operations.length > 0 ? operations : ["CREATE", "UPDATE"],
  resources: [resource],
});

async function arrange(records?: AuditRecord[]) {
  const stack = new AsyncDisposableStack();
  const audit = records && {
    append: (record: AuditRecord) => void records.push(record),
    full: false,
    durable: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const cluster: ControlPlane = stack.use(await startControlPlane(audit ? { audit } : {}));
  const admin = cluster.identity("admin", ["system:masters"]);
  async function call(method: string, path: string, body?: object, identity = admin): Promise<RawAnswer & { json(): ReturnType<typeof JSON.parse> }> {
    const text = body && JSON.stringify(body);
    const headers: OutgoingHttpHeaders = text ? { "content-type": "application/json", "content-length": Buffer.byteLength(text) } : {};
    const answer = await send({ url: cluster.url, ca: cluster.ca, identity }, method, path, headers, text);
    return { ...answer, json: () => JSON.parse(answer.text) };
  }
  async function must(answer: Promise<RawAnswer>): Promise<void> {
    const { code, text } = await answer;
    assert.ok(code < 300, text);
  }
  await must(call("POST", "/api/v1/namespaces", { metadata: FREE }));
  /** A policy and its binding. */
  async function policy(
    sort: "validating" | "mutating",
    name: string,
    spec: object,
    binding: object = sort === "validating" ? { validationActions: ["Deny"] } : {},
  ) {
    const defaults = sort === "validating" ? {} : { reinvocationPolicy: "Never" };
    await must(call("POST", `${REGISTRATION}/${sort}admissionpolicies`, { metadata: { name }, spec: { ...defaults, ...spec } }));
    await must(
      call("POST", `${REGISTRATION}/${sort}admissionpolicybindings`, { metadata: { name: `${name}-binding` }, spec: { policyName: name, ...binding } }),
    );
  }
  const map = (name: string, data: Record<string, string>, labels?: Record<string, string>) =>
    call("POST", MAPS, { metadata: { name, ...(labels && { labels }) }, data });
  return { cluster, call, must, policy, map, identity: cluster.identity.bind(cluster), [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test("a policy denies what its expression doesn't allow, in its words and for its reason", async () => {
  await using it = await arrange();
  const validations = [
    { expression: "object.data.a != 'bad'", message: "no bad maps" },
    { expression: "size(object.data) < 3", messageExpression: "'too many: ' + string(size(object.data))", reason: "Forbidden" },
    { expression: "!has(object.data.z)" },
  ];
  await it.policy("validating", "maps", { matchConstraints: { resourceRules: [rule("", "configmaps")] }, validations });
  assert.equal((await it.map("good", { a: "fine" })).code, 201);
  const bad = (await it.map("bad", { a: "bad" })).json();
  const text = "ValidatingAdmissionPolicy 'maps' with binding 'maps-binding' denied request: no bad maps";
  assert.deepEqual([bad.code, bad.reason, bad.message], [422, "Invalid", `configmaps "bad" is forbidden: ${text}`]);
  assert.deepEqual(bad.details, { name: "bad", kind: "configmaps", causes: [{ message: text }] });
  const many = (await it.map("many", { a: "1", b: "2", c: "3" })).json();
  assert.deepEqual([many.code, many.reason], [403, "Forbidden"]);
  assert.match(many.message, /denied request: too many: 3$/);
  assert.match((await it.map("z", { a: "1", z: "2" })).json().message, /failed expression: !has\(object\.data\.z\)$/);
  const missing = (await it.map("none", {})).json();
  assert.match(missing.message, /denied request: expression 'object\.data\.a != 'bad'' resulted in error: no such key: data$/);
  assert.equal((await it.call("DELETE", `${MAPS}/good`)).code, 200);
});

test("an expression sees the request, its namespace, and that nothing stood there before", async () => {
  await using it = await arrange();
  const parts = [
    "request.operation",
    "request.name",
    "request.kind.kind",
    "request.userInfo.username",
    "string(oldObject == null)",
    "string(request.options.kind)",
  ];
  await it.policy("validating", "sees", {
    matchConstraints: { resourceRules: [rule("", "configmaps")] },
    validations: [{ expression: "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'other'", messageExpression: parts.join(" + ' ' + ") }],
  });
  assert.match((await it.map("a", {})).json().message, /denied request: CREATE a ConfigMap admin true CreateOptions$/);
});

test("a denial may be a warning or a record instead", async () => {
  const records: AuditRecord[] = [];
  await using it = await arrange(records);
  const spec = {
    matchConstraints: { resourceRules: [rule("", "configmaps", "CREATE")] },
    validations: [{ expression: "false", message: "not so" }],
    auditAnnotations: [{ key: "made", valueExpression: "'by ' + request.userInfo.username" }],
  };
  await it.policy("validating", "soft", spec, { validationActions: ["Warn", "Audit"] });
  const answer = await it.map("a", {});
  assert.equal(answer.code, 201);
  assert.match(String(answer.headers.warning), /Validation failed for ValidatingAdmissionPolicy 'soft' with binding 'soft-binding': not so/);
  const annotations = records.map((record) => record.annotations ?? {}).find((one) => Object.hasOwn(one, "soft/made")) ?? {};
  assert.equal(annotations["soft/made"], "by admin");
  assert.deepEqual(JSON.parse(annotations["validation.policy.admission.k8s.io/validation_failure"] ?? ""), [
    { message: "not so", policy: "soft", binding: "soft-binding", expressionIndex: 0, validationActions: ["Warn", "Audit"] },
  ]);
});

test("a policy is about what its constraints, its binding and its conditions say", async () => {
  await using it = await arrange();
  await it.must(it.call("POST", "/api/v1/namespaces", { metadata: { name: "prod", labels: { tier: "prod" } } }));
  const constraints = { resourceRules: [rule("", "configmaps")], objectSelector: { matchExpressions: [{ key: "exempt", operator: "DoesNotExist" }] } };
  const matchConditions = [
    { name: "users", expression: "!request.userInfo.username.startsWith('system:')" },
    { name: "named", expression: "object.metadata.name != 'free'" },
  ];
  await it.policy(
    "validating",
    "prod",
    {
      matchConstraints: { ...constraints, excludeResourceRules: [{ ...rule("", "configmaps"), resourceNames: ["spared"] }] },
      matchConditions,
      validations: [{ expression: "namespaceObject.metadata.labels.tier != 'prod'" }],
    },
    { validationActions: ["Deny"], matchResources: { namespaceSelector: { matchLabels: { tier: "prod" } } } },
  );
  const create = async (namespace: string, name: string, labels = {}) =>
    (await it.call("POST", `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name, labels } })).code;
  assert.deepEqual(
    [
      await create("default", "a"),
      await create("prod", "a"),
      await create("prod", "free"),
      await create("prod", "b", { exempt: "" }),
      await create("prod", "spared"),
    ],
    [201, 422, 201, 201, 201],
  );
});

test("parameters are found by name or by labels, each judged by itself", async () => {
  await using it = await arrange();
  const limit = (name: string, max: string, labels = {}) =>
    it.must(it.call("POST", "/api/v1/namespaces/kube-system/configmaps", { metadata: { name, labels }, data: { max } }));
  await limit("one", "2");
  await limit("two", "3", { limits: "yes" });
  const spec = {
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    matchConstraints: { resourceRules: [rule("apps", "deployments")] },
    variables: [{ name: "max", expression: "int(params.data.max)" }],
    validations: [
      { expression: "object.spec.replicas <= variables.max", messageExpression: "'at most ' + string(variables.max) + ' by ' + params.metadata.name" },
    ],
  };
  const at = (more: object) => ({ validationActions: ["Deny"], paramRef: { namespace: "kube-system", parameterNotFoundAction: "Deny", ...more } });
  await it.policy("validating", "replicas", spec, at({ name: "one" }));
  const deployment = (name: string, replicas: number) => ({
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } },
    },
  });
  const make = async (name: string, replicas: number) => (await it.call("POST", DEPLOYMENTS, deployment(name, replicas))).json();
  assert.equal((await make("a", 2)).kind, "Deployment");
  assert.match((await make("b", 3)).message, /denied request: at most 2 by one$/);
  async function set(binding: object): Promise<void> {
    await it.must(it.call("DELETE", `${REGISTRATION}/validatingadmissionpolicybindings/replicas-binding`));
    await it.must(
      it.call("POST", `${REGISTRATION}/validatingadmissionpolicybindings`, {
        metadata: { name: "replicas-binding" },
        spec: { policyName: "replicas", ...binding },
      }),
    );
  }
  await set(at({ selector: { matchLabels: { limits: "yes" } } }));
  assert.match((await make("c", 4)).message, /denied request: at most 3 by two$/);
  await set(at({ name: "gone" }));
  assert.match((await make("d", 1)).message, /failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction$/);
  await set(at({ name: "gone", parameterNotFoundAction: "Allow" }));
  assert.equal((await make("e", 9)).kind, "Deployment");
});

test("expressions may ask what the caller may do, and a policy that fails open lets pass", async () => {
  await using it = await arrange();
  await it.policy("validating", "asks", {
    matchConstraints: { resourceRules: [rule("", "configmaps")] },
    validations: [
      {
        expression:
          "authorizer.group('').resource('secrets').namespace('default').check('get').allowed() && authorizer.requestResource.check('delete').allowed()",
        message: "may not",
      },
    ],
  });
  assert.equal((await it.map("mine", { a: "1" })).code, 201);
  await it.must(
    it.call("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", {
      metadata: { name: "maps" },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["create"] }],
    }),
  );
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "eve" }];
  await it.must(
    it.call("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", {
      metadata: { name: "maps" },
      subjects,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "maps" },
    }),
  );
  const refused = (await it.call("POST", MAPS, { metadata: { name: "hers" } }, it.identity("eve"))).json();
  assert.match(refused.message, /denied request: may not$/);
  await it.policy("validating", "open", {
    failurePolicy: "Ignore",
    matchConstraints: { resourceRules: [rule("", "configmaps")] },
    validations: [{ expression: "object.spec.nothing == 1" }],
  });
  assert.equal((await it.map("open", {})).code, 201);
});

test("a mutating policy applies a configuration or a patch, and sees what the ones before it made", async () => {
  await using it = await arrange();
  const matchConstraints = { resourceRules: [rule("", "configmaps", "CREATE")] };
  await it.policy("mutating", "a-apply", {
    matchConstraints,
    mutations: [
      {
        patchType: "ApplyConfiguration",
        applyConfiguration: { expression: "Object{metadata: Object.metadata{labels: {'made': 'yes', ?'by': request.userInfo.?username}}}" },
      },
    ],
  });
  await it.policy("mutating", "b-patch", {
    matchConstraints,
    variables: [{ name: "count", expression: "size(object.metadata.labels)" }],
    mutations: [
      {
        patchType: "JSONPatch",
        jsonPatch: {
          expression:
            "[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('labels'), value: string(variables.count)}, JSONPatch{op: 'test', path: '/data/a', value: 'x'}, JSONPatch{op: 'remove', path: '/data/a'}]",
        },
      },
    ],
  });
  const made = (await it.map("one", { a: "x" }, { own: "1" })).json();
  assert.deepEqual([made.metadata.labels, made.data], [{ own: "1", made: "yes", by: "admin" }, { labels: "3" }]);
  const untested = (await it.map("two", { a: "other" })).json();
  assert.deepEqual(untested.data, { a: "other" });
});

test("a mutating policy that can't do what it says refuses, unless it fails open", async () => {
  await using it = await arrange();
  const matchConstraints = { resourceRules: [rule("apps", "deployments", "CREATE")] };
  const apply = (expression: string) => ({ matchConstraints, mutations: [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }] });
  await it.policy("mutating", "wrong", apply("Object{spec: Object.spec{nope: 1}}"));
  const deployment = {
    metadata: { name: "d" },
    spec: { selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } } },
  };
  const refused = (await it.call("POST", DEPLOYMENTS, deployment)).json();
  assert.equal(refused.reason, "Invalid");
  assert.match(
    refused.message,
    /^policy 'wrong' with binding 'wrong-binding' denied request: error applying patch: failed to convert patch object to typed object: .*nope: field not declared in schema/,
  );
  await it.must(it.call("DELETE", `${REGISTRATION}/mutatingadmissionpolicies/wrong`));
  await it.policy("mutating", "named", apply("Object{spec: Object.spec{template: Object.spec.wrong{}}}"));
  assert.match(
    (await it.call("POST", DEPLOYMENTS, deployment)).json().message,
    /type mismatch: unexpected type name "Object.spec.wrong", expected "Object.spec.template"/,
  );
  await it.must(it.call("DELETE", `${REGISTRATION}/mutatingadmissionpolicies/named`));
  await it.policy(
    "mutating",
    "keyed",
    apply(
      "Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{initContainers: [Object.spec.template.spec.initContainers{name: 'proxy', image: 'p'}]}}}}",
    ),
  );
  const made = (await it.call("POST", DEPLOYMENTS, deployment)).json();
  assert.deepEqual(
    made.spec?.template.spec.initContainers.map(({ name, imagePullPolicy }: { name: string; imagePullPolicy: string }) => [name, imagePullPolicy]),
    [["proxy", "Always"]],
    JSON.stringify(made),
  );
});

test("an earlier policy runs again after a later one's change, where it is willing", async () => {
  await using it = await arrange();
  const matchConstraints = { resourceRules: [rule("", "configmaps", "CREATE")] };
  const count = "has(object.data) && 'n' in object.data ? string(int(object.data.n) + 1) : '1'";
  const mutations = (expression: string) => [{ patchType: "ApplyConfiguration", applyConfiguration: { expression } }];
  await it.policy("mutating", "a", { reinvocationPolicy: "IfNeeded", matchConstraints, mutations: mutations(`Object{data: {'n': ${count}}}`) });
  await it.policy("mutating", "b", { matchConstraints, mutations: mutations("Object{data: {'b': 'x'}}") });
  assert.deepEqual((await it.map("m", { c: "d" })).json().data, { c: "d", n: "2", b: "x" });
});

test("an expression that isn't one is refused with its place", async () => {
  await using it = await arrange();
  const create = async (sort: string, spec: object) => {
    const answer = await it.call("POST", `${REGISTRATION}/${sort}admissionpolicies`, {
      metadata: { name: "p" },
      spec: { matchConstraints: { resourceRules: [rule("", "configmaps")] }, ...spec },
    });
    return (answer.json().details?.causes ?? []).map(({ reason, field, message }: Record<string, string>) => `${reason} ${field} ${message}`);
  };
  const causes = await create("validating", {
    validations: [{ expression: "object.spec.replicas" }, { expression: "foo == 1", messageExpression: "authorizer.path('/x')", reason: "Odd" }],
    variables: [{ name: "in", expression: "1 +" }],
    matchConditions: [{ name: "a b", expression: "params.x" }],
    auditAnnotations: [{ key: "k", valueExpression: "1" }],
  });
  assert.deepEqual(causes.map((one: string) => one.split(" ").slice(0, 2).join(" ")).toSorted(), [
    "FieldValueInvalid spec.auditAnnotations[0].valueExpression",
    "FieldValueInvalid spec.matchConditions[0].expression",
    "FieldValueInvalid spec.matchConditions[0].name",
    "FieldValueInvalid spec.validations[0].expression",
    "FieldValueInvalid spec.validations[1].expression",
    "FieldValueInvalid spec.validations[1].messageExpression",
    "FieldValueInvalid spec.variables[0].expression",
    "FieldValueInvalid spec.variables[0].name",
    "FieldValueNotSupported spec.validations[1].reason",
  ]);
  assert.ok(
    causes.some((one: string) => one.includes("must evaluate to bool but got dyn")),
    causes.join("\n"),
  );
  assert.ok(causes.some((one: string) => one.includes("undeclared reference to 'foo' (in container '')\n | foo == 1\n | ^")));
  assert.ok(causes.some((one: string) => one.includes("must evaluate to one of [string null_type] but got int")));
  const patch = await create("mutating", {
    reinvocationPolicy: "Never",
    mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: "[JSONPatch{op: 1}]" } }, { patchType: "ApplyConfiguration" }],
  });
  assert.ok(
    patch.some((one: string) => one.includes("expected type of field 'op' is 'string' but provided type is 'int'")),
    patch.join("\n"),
  );
  assert.ok(patch.some((one: string) => one.startsWith("FieldValueRequired spec.mutations[1].applyConfiguration")));
});
