/**
 * MutatingAdmissionWebhook: webhooks are asked one after the other, each about what the ones before have made of the object; what one of them changes may
 * let earlier ones be asked once more. [k8s.io/apiserver pkg/admission/plugin/webhook/mutating]
 */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import type { AdmissionResponse } from "../../../api/tables/admission-v1.ts";
import { decode } from "../../../machinery/json/decode.ts";
import { parseJson } from "../../../machinery/json/document.ts";
import { stringifyExactly } from "../../../machinery/json/stringify.ts";
import { jsonPatch } from "../../../machinery/patch/json-patch.ts";
import { isObject, type Plain } from "../../../machinery/plain.ts";
import { internalError } from "../../../machinery/status/status-error.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../plugin.ts";
import { isExempt } from "../rules.ts";
import { ask, CallError, checkTime, failClosed } from "./ask.ts";
import { type Hook, hookList } from "./hooks.ts";
import { type Invocation, invocationOf } from "./match.ts";
import { WebhookMetrics } from "./metrics.ts";
import { Reinvocations } from "./reinvocations.ts";
import type { Versioned } from "./review.ts";
import { sameObject } from "./same-object.ts";
import type { WebhookOptions } from "./validating.ts";
import { versionedAs } from "./versions.ts";

const NAME = "MutatingAdmissionWebhook";
/** A patched object may be as large as what stood there and the patch together. */
const PATCHED_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

export function mutatingWebhooks(options: WebhookOptions): AdmissionPlugin {
  const hooksNow = hookList("mutatingwebhookconfigurations");
  const metrics = new WebhookMetrics(options.families, "admit");
  return {
    name: NAME,
    on: ["*"],
    operations: ["CREATE", "UPDATE", "DELETE", "CONNECT"],
    mutate(request) {
      const hooks = hooksNow(request.reader);
      return hooks.length === 0 || isExempt(request) ? undefined : askInTurn();

      async function askInTurn(): Promise<void> {
        const state = Reinvocations.of(request.rounds, NAME);
        state.begin(request);
        for (const [index, hook] of hooks.entries()) {
          const invocation = await invocationOf(hook, request);
          if (!invocation || !(await options.conditions(invocation, request)) || !state.isDue(hook)) continue;
          const changed = await askOne(options, metrics, request, invocation, index);
          if (changed) state.changed();
          if (hook.webhook.reinvocationPolicy === "IfNeeded") state.asked(hook);
        }
        state.end(request);
      }
    },
  };
}

/** @returns whether the object is another now */
async function askOne(options: WebhookOptions, metrics: WebhookMetrics, request: AdmissionRequest, invocation: Invocation, index: number): Promise<boolean> {
  const { hook } = invocation;
  const at = `mutation.webhook.admission.k8s.io/round_${request.rounds.round}_index_${index}`;
  let mutated = false;
  try {
    const versioned = await versionedAs(invocation.kind, request);
    mutated = await metrics.measure(hook, request.operation, async () =>
      apply(hook, request, versioned, await ask(options, request, invocation, versioned, true)),
    );
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    if (!hook.failsOpen) throw failClosed(error);
    request.annotate(`failed-open.${at}`, hook.webhook.name);
    checkTime(request, options.clock);
  } finally {
    request.annotate(at, JSON.stringify({ configuration: hook.configuration, webhook: hook.webhook.name, mutated }));
  }
  return mutated;
}

async function apply(hook: Hook, request: AdmissionRequest, { kind, object }: Versioned, { patch = "", patchType }: AdmissionResponse): Promise<boolean> {
  const { name } = hook.webhook;
  if (patch === "") return false;
  const operations = operationsOf(name, patch);
  if (operations.length === 0) return false;
  if (!object) throw internalError(`admission webhook ${JSON.stringify(name)} attempted to modify the object, which is not supported for this operation`);
  if (patchType !== "JSONPatch") throw new CallError(name, `unsupported patch type ${JSON.stringify(patchType)}`);
  const next = patched(kind, object, operations);
  if (sameObject(kind, object, next)) return false;
  kind.rules.defaults?.(next);
  const own = kind === request.kind ? next : await backToOwn(request, next, kind);
  replaceMembers(request.object as KubeObject, own);
  return true;
}

function operationsOf(name: string, patch: string): readonly unknown[] {
  try {
    const document = parseJson(Buffer.from(patch, "base64"));
    if (Array.isArray(document)) return document;
    throw new Error("a JSON patch is a list of operations");
  } catch (error) {
    throw new CallError(name, `received undecodable patch in webhook response: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function patched(kind: Kind, object: KubeObject, operations: readonly unknown[]): KubeObject {
  try {
    const document = jsonPatch(object as unknown as Plain, operations, kind.form ? undefined : kind.schema); // Patches walk members by name.
    if (!isObject(document)) throw new Error("the patched document is no object");
    const text = stringifyExactly(document);
    const value = kind.form ? kind.form.typed(parseJson(text) as Plain).object : decode<KubeObject>(text, kind.schema, PATCHED_BUDGET).value;
    if (value.apiVersion !== kind.apiVersion || value.kind !== kind.name) throw new Error("a patch can't make an object of another kind");
    value.metadata ??= {};
    return value;
  } catch (error) {
    throw internalError(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  }
}

async function backToOwn({ equivalents, kind: own }: AdmissionRequest, object: KubeObject, from: Kind): Promise<KubeObject> {
  try {
    return await equivalents.convert(object, from, own);
  } catch (error) {
    throw internalError(error);
  }
}

/** The object in hand stays the same one: the steps after this hold it. */
function replaceMembers(target: KubeObject, source: KubeObject): void {
  for (const name of Object.keys(target)) delete (target as unknown as Plain)[name]; // Any member, by its name.
  Object.assign(target, source);
}
