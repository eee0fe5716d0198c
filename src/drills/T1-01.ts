/** Asks for a pod that differs from a harmless one by a single privileged field: each field, in each place a container can stand, in each kind that holds a pod. */

import type { Container, PodSpec } from "../api/tables/core-v1.ts";
import { drill, type Finding, seen } from "./drill.ts";
import { denied, either, judgedByItsEffect } from "./expect.ts";
import { podOf, restrictedContainer, restrictedSpec, type Workload, workloads } from "./pods.ts";
import type { Room } from "./room.ts";
import { everyChange, everyCreation, type Sample, type Spelled } from "./spelling.ts";

interface Deviation {
  readonly name: string;
  /** The field that the refusal must name, beneath the pod's spec. */
  readonly field: string;
  change(spec: PodSpec): void;
}

function mainOf(spec: PodSpec): Container {
  return (spec.containers as Container[])[0]!;
}

/** A deviation in a container's security context. `allowPrivilegeEscalation` goes along where validation would refuse its contradiction before policy is asked. */
function context(name: string, field: string, change: Record<string, unknown>): Deviation {
  return {
    name,
    field: `containers[0].securityContext.${field}`,
    change(spec) {
      const container = mainOf(spec);
      container.securityContext = { ...container.securityContext, ...change };
    },
  };
}

function inSpec(name: string, field: string, change: Partial<PodSpec>): Deviation {
  return { name, field, change: (spec) => void Object.assign(spec, change) };
}

const PRIVILEGED = context("privileged", "privileged", { privileged: true, allowPrivilegeEscalation: true });
const DEVIATIONS: readonly Deviation[] = [
  PRIVILEGED,
  inSpec("hostPID", "hostPID", { hostPID: true }),
  inSpec("hostIPC", "hostIPC", { hostIPC: true }),
  inSpec("hostNetwork", "hostNetwork", { hostNetwork: true }),
  {
    name: "hostPort",
    field: "containers[0].ports[0].hostPort",
    change(spec) {
      mainOf(spec).ports = [{ containerPort: 80, hostPort: 80 }];
    },
  },
  inSpec("hostPath", "volumes[0].hostPath", { volumes: [{ name: "host", hostPath: { path: "/etc" } }] }),
  context("an added capability", "capabilities.add", { capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }),
  {
    name: "procMount Unmasked",
    field: "containers[0].securityContext.procMount",
    change(spec) {
      spec.hostUsers = false; // Validation asks for it.
      context("", "", { procMount: "Unmasked" }).change(spec);
    },
  },
  inSpec("an unsafe sysctl", "securityContext.sysctls[0].name", { securityContext: { sysctls: [{ name: "kernel.msgmax", value: "65536" }] } }),
  context("an SELinux type", "seLinuxOptions.type", { seLinuxOptions: { type: "spc_t" } }),
  context("AppArmor unconfined", "appArmorProfile.type", { appArmorProfile: { type: "Unconfined" } }),
  context("seccomp unconfined", "seccompProfile.type", { seccompProfile: { type: "Unconfined" } }),
  {
    name: "HostProcess",
    field: "containers[0].securityContext.windowsOptions.hostProcess",
    change(spec) {
      spec.hostNetwork = true; // Validation asks for it.
      context("", "", { windowsOptions: { hostProcess: true }, allowPrivilegeEscalation: true }).change(spec);
    },
  },
];

function deviating(deviation: Deviation): PodSpec {
  const spec = restrictedSpec();
  deviation.change(spec);
  return spec;
}

const refusedAt = (field: string) => denied({ status: 403, reason: "Forbidden", cause: "PodSecurity", field });

async function allOf(room: Room, spelled: readonly Spelled[], why: string, field: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { what, sent } of spelled) findings.push(await room.as("eve").tries(`${why}, ${what}`, sent, refusedAt(field)));
  return findings;
}

const post = (path: string, object: Sample): Spelled => ({ what: `as ${object.kind}`, sent: { method: "POST", path, body: JSON.stringify(object) } });

/** Each field in each kind, in the plainest spelling. */
async function everyField(room: Room): Promise<Finding[]> {
  const findings: Finding[] = [];
  const pods = `/api/v1/namespaces/${room.namespace}/pods`;
  for (const [index, deviation] of DEVIATIONS.entries()) {
    const spec = deviating(deviation);
    findings.push(...(await allOf(room, [post(pods, podOf(`d${index}`, spec))], deviation.name, `spec.${deviation.field}`)));
    for (const { path, at, make } of workloads(room.namespace))
      findings.push(...(await allOf(room, [post(path, make(`d${index}`, spec))], deviation.name, `${at}.${deviation.field}`)));
  }
  return findings;
}

/** One field in each spelling: as a pod, and as a workload that is there already and harmless. */
async function everySpelling(room: Room, { path, schema, at, make }: Workload): Promise<Finding[]> {
  const spec = deviating(PRIVILEGED);
  const pods = { path: `/api/v1/namespaces/${room.namespace}/pods`, schema: "core.v1.Pod" };
  const { field } = PRIVILEGED;
  const changes = everyChange(make("twin", spec), "spec", { path, schema });
  return [
    ...(await allOf(room, everyCreation(podOf("spelled", spec), pods), "privileged pod", `spec.${field}`)),
    ...(await allOf(room, everyCreation(make("spelled", spec), { path, schema }), "privileged Deployment", `${at}.${field}`)),
    ...(await allOf(room, changes, "privileged Deployment", `${at}.${field}`)),
  ];
}

/** The other places where a container can stand, and a pod that is there already. */
async function everyPlace(room: Room): Promise<Finding[]> {
  const pods = `/api/v1/namespaces/${room.namespace}/pods`;
  const bad = { ...restrictedContainer("other"), securityContext: { privileged: true } };
  const place = (name: string, more: Partial<PodSpec>) => post(pods, podOf(name, { ...restrictedSpec(), ...more }));
  const first = "spec.initContainers[0].securityContext.privileged";
  const eve = room.as("eve");
  const debug = { spec: { ephemeralContainers: [{ ...bad, name: "debug" }] } };
  const resize = { spec: { containers: [{ name: "main", securityContext: { privileged: true, allowPrivilegeEscalation: true } }] } };
  const patch = (subresource: string, body: unknown) => ({
    method: "PATCH",
    path: `${pods}/twin${subresource}`,
    type: "application/strategic-merge-patch+json",
    body: JSON.stringify(body),
  });
  // What may change in a pod is decided before policy is asked: either refusal keeps the pod as it is.
  const kept = either(refusedAt("spec.containers[0].securityContext.privileged"), denied({ status: 422, reason: "Invalid", cause: "FieldValueForbidden" }));
  return [
    ...(await allOf(room, [place("init", { initContainers: [bad] })], "privileged init container", first)),
    ...(await allOf(room, [place("sidecar", { initContainers: [{ ...bad, restartPolicy: "Always" }] })], "privileged sidecar", first)),
    await eve.tries(
      "privileged ephemeral container",
      patch("/ephemeralcontainers", debug),
      refusedAt("spec.ephemeralContainers[0].securityContext.privileged"),
    ),
    await eve.tries("privileged by update", patch("", resize), kept),
    // A resize takes the resources and nothing else: what stands in the end tells.
    await eve.tries("privileged by resize", patch("/resize", resize), judgedByItsEffect),
  ];
}

/** What stands in the end, as the administrator sees it. */
async function leftOver(room: Room): Promise<Finding[]> {
  const kinds = [{ kind: "Pod", path: `/api/v1/namespaces/${room.namespace}/pods` }, ...workloads(room.namespace)];
  const findings: Finding[] = [];
  for (const { kind, path } of kinds) {
    const { items } = await room.admin.must<{ items: { metadata: { name: string } }[] | null }>("GET", path);
    const names = (items ?? []).map(({ metadata }) => metadata.name).filter((name) => !name.startsWith("twin"));
    const text = JSON.stringify(items);
    const bad =
      names.length > 0 ? `there are ${names.slice(0, 5).join(", ")}` : text.includes('"privileged":true') ? "what was harmless is privileged" : undefined;
    findings.push(seen(`${kind}s that stand in the end`, bad));
  }
  return findings;
}

export default drill({
  id: "T1-01",
  threat: 1,
  boundary: "B1",
  actor: "A1",
  title: "Privileged fields one by one",
  defence: "A namespace that says nothing is `restricted`: its pods, and the workloads that hold them, are refused with the field and the way to allow it.",
  needs: "control-plane",
  async setup(room) {
    const eve = await room.account("eve", [
      { apiGroups: [""], resources: ["pods", "pods/ephemeralcontainers", "pods/resize", "podtemplates", "replicationcontrollers"], verbs: ["*"] },
      { apiGroups: ["apps", "batch"], resources: ["*"], verbs: ["*"] },
    ]);
    // The harmless ones that the attack then tries to change; the twin makes others.
    await eve.must("POST", `/api/v1/namespaces/${room.namespace}/pods`, podOf("twin", restrictedSpec()));
    const [deployment] = workloads(room.namespace);
    await eve.must("POST", deployment!.path, deployment!.make("twin", restrictedSpec()));
  },
  async attack(room) {
    const [deployment] = workloads(room.namespace);
    return [...(await everyField(room)), ...(await everySpelling(room, deployment!)), ...(await everyPlace(room)), ...(await leftOver(room))];
  },
  async twin(room) {
    const eve = room.as("eve");
    const findings: Finding[] = [];
    const [deployment] = workloads(room.namespace);
    const pods = { path: `/api/v1/namespaces/${room.namespace}/pods`, schema: "core.v1.Pod" };
    for (const { what, sent } of everyCreation(podOf("good", restrictedSpec()), pods)) findings.push(await eve.tries(`harmless pod, ${what}`, sent));
    for (const { kind, path, make } of workloads(room.namespace))
      findings.push(await eve.tries(`harmless ${kind}`, post(path, make("good", restrictedSpec())).sent));
    const changed = { ...restrictedSpec(), terminationGracePeriodSeconds: 7 };
    const changes = everyChange(deployment!.make("twin", changed), "spec", deployment!);
    for (const { what, sent } of changes) findings.push(await eve.tries(`harmless Deployment, ${what}`, sent));
    return findings;
  },
  expect: denied({ status: 403, reason: "Forbidden", cause: "PodSecurity" }),
});
