/** pods/binding (and the older `bindings`): gives a pod that has no node its node. */

import type { KubeObject } from "../../../api/kind.ts";
import { dnsSubdomain } from "../../../api/meta/checks.ts";
import { timestamp } from "../../../machinery/clock.ts";
import { isPathSegmentName } from "../../../machinery/names.ts";
import { unclassified } from "../../../machinery/patch/failures.ts";
import { type FieldError, notSupported, required } from "../../../machinery/status/field-error.ts";
import { badRequest, conflict } from "../../../machinery/status/status-error.ts";
import type { Call } from "../../call.ts";
import { checkContentType } from "../../registry/body-codec.ts";
import { bodyKind } from "../../registry/body-kind.ts";
import { admissionRequest, mutateAll, validateAll } from "../admission.ts";
import { kindOf } from "../kind-of.ts";
import { objectOf, readBody } from "../write/body.ts";
import { changeStored } from "../write/change-stored.ts";
import { settleNamespace } from "../write/names.ts";
import { writeOptions } from "../write/options.ts";

interface Binding extends KubeObject {
  target?: { kind?: string; name?: string };
}

interface Pod extends KubeObject {
  spec?: { nodeName?: string; schedulingGates?: unknown[] };
  status?: { nominatedNodeName?: string; conditions?: Condition[] };
}

interface Condition {
  type: string;
  status: string;
  lastProbeTime?: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
}

export function bindPod(call: Call): Promise<void> {
  return bind(call, call.attributes.name);
}

/** POST to `bindings`: the body names the pod. */
export function bindByBody(call: Call): Promise<void> {
  return bind(call, undefined);
}

async function bind(call: Call, asked: string | undefined): Promise<void> {
  const pods = call.context.kinds.find("", "v1", "pods")!;
  const kind = asked === undefined ? kindOf(call) : bodyKind(pods, "binding");
  checkContentType(call, kind);
  const options = writeOptions(call, "CreateOptions");
  const binding: Binding = objectOf(kind, await readBody(call), options.fieldValidation, (message) => call.warnings.push(message));
  settleNamespace(call, binding);
  const { metadata, target } = binding;
  const name = asked ?? metadata.name ?? "";
  if ((metadata.name ?? "") !== name) throw badRequest("name in URL does not match name in Binding object");
  const request = admissionRequest(call, { operation: "CREATE", kind, name, object: binding, old: undefined, dryRun: options.dryRun });
  await mutateAll(call, request);
  checkTarget(target);
  if (name === "") throw badRequest("Name parameter required.");
  const unfit = isPathSegmentName(name);
  if (unfit.length > 0) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${unfit.join(";")}`);
  await validateAll(call, request);
  const { namespace } = call.attributes;
  const now = timestamp(call.context.clock.now());
  await changeStored(call, { kind: pods, namespace, name, dryRun: options.dryRun, change: (pod) => assign(pod, binding, now) });
  call.context.respond.status(call, 201, { code: 201 });
}

function checkTarget(target: Binding["target"]): void {
  const errors: FieldError[] = [];
  if (target?.kind && target.kind !== "Node") errors.push(notSupported("target.kind", target.kind, ["Node", "<empty>"], "given"));
  if (!target?.name) errors.push(required("target.name", ""));
  else errors.push(...dnsSubdomain("target.name", target.name));
  const sentences = errors.map(({ field, message }) => `${field}: ${message}`);
  if (sentences.length > 0) throw unclassified(sentences.length === 1 ? sentences[0]! : `[${sentences.join(", ")}]`); // As Kubernetes does: it has no strategy of its own here.
}

/** @throws StatusError 409 for a pod that can't be bound */
function assign(object: KubeObject, { metadata, target }: Binding, now: string): void {
  const pod = object as Pod;
  const name = pod.metadata.name ?? "";
  const refuse = (why: string) => conflict({ group: "", resource: "pods/binding" }, name, why);
  if (metadata.uid && metadata.uid !== pod.metadata.uid) {
    throw refuse(`Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${pod.metadata.uid}`);
  }
  if (metadata.resourceVersion && metadata.resourceVersion !== pod.metadata.resourceVersion) {
    throw refuse(
      `Precondition failed: ResourceVersion in precondition: ${metadata.resourceVersion}, ResourceVersion in object meta: ${pod.metadata.resourceVersion}`,
    );
  }
  if (pod.metadata.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`);
  if (pod.spec?.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`);
  pod.spec = { ...pod.spec, nodeName: target!.name! };
  if (metadata.annotations) pod.metadata.annotations = Object.assign(Object.create(null), pod.metadata.annotations, metadata.annotations);
  if (metadata.labels) pod.metadata.labels = Object.assign(Object.create(null), pod.metadata.labels, metadata.labels);
  const status = { ...pod.status };
  delete status.nominatedNodeName;
  const others = (status.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  status.conditions = [...others, { type: "PodScheduled", status: "True", lastTransitionTime: now }];
  pod.status = status;
}
