/** Runs the admission plug-ins that a request concerns: all that change objects in their order, then all that judge. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import type { AdmissionPlugin, AdmissionRequest, Alongside, Rounds } from "../../security/admission/plugin.ts";
import type { Call } from "../call.ts";
import { deadlineMs } from "../steps/deadline.ts";
import { equivalentsOf } from "./equivalents.ts";

export interface AdmissionOccasion {
  readonly operation: AdmissionRequest["operation"];
  /** The kind of the object in hand. */
  readonly kind: Kind;
  readonly name: string;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly dryRun: boolean;
  readonly also?: Alongside;
  /** A deletion's own options: those of other writes are read from the query. */
  readonly options?: AdmissionRequest["options"];
}

export function admissionRequest(call: Call, { operation, kind, name, object, old, dryRun, also, options }: AdmissionOccasion): AdmissionRequest {
  const { attributes, user, context } = call;
  return {
    operation,
    user,
    attributes,
    kind,
    resource: { group: attributes.group, resource: attributes.resource },
    subresource: attributes.subresource,
    namespace: attributes.namespace,
    name,
    object,
    old,
    dryRun,
    reader: context.reader,
    also,
    get options() {
      return options ?? queryOptions(call, operation);
    },
    equivalents: equivalentsOf(call, kind),
    rounds: newRounds(),
    get deadline() {
      const limit = deadlineMs(call);
      return limit === undefined ? undefined : call.receivedAt + limit;
    },
    get gone() {
      return call.exchange.signal;
    },
    traced: () => context.front.tracer?.begin(call),
    warn: (message) => call.warnings.push(message),
    annotate: (key, value) => call.annotations.set(key, value),
  };
}

/** What one of them changes late may let all of them run a second time, and no more. */
export async function mutateAll(call: Call, request: AdmissionRequest): Promise<void> {
  const plugins = concerned(call.context.plugins, request, "mutate");
  const { admission } = call.context.front.metrics;
  const round = (): Promise<void> => admission.run(plugins, "admit", request.operation, (plugin) => plugin.mutate!(request));
  await round();
  const rounds = request.rounds as RequestRounds;
  if (!rounds.repeats) return;
  rounds.round = 1;
  await round();
}

interface RequestRounds extends Rounds {
  round: 0 | 1;
  repeats: boolean;
}

function newRounds(): RequestRounds {
  return {
    round: 0,
    repeats: false,
    kept: new Map(),
    again() {
      this.repeats = true;
    },
  };
}

/** CreateOptions or UpdateOptions, in the order of their Go structs. */
function queryOptions({ query }: Call, operation: AdmissionRequest["operation"]): AdmissionRequest["options"] {
  if (operation === "CONNECT") return undefined;
  const [manager, validation] = ["fieldManager", "fieldValidation"].map((name) => query.get(name));
  return {
    kind: operation === "CREATE" ? "CreateOptions" : "UpdateOptions",
    apiVersion: "meta.k8s.io/v1",
    ...(query.has("dryRun") && { dryRun: query.getAll("dryRun") }),
    ...(manager && { fieldManager: manager }),
    ...(validation && { fieldValidation: validation }),
  };
}

export async function validateAll(call: Call, request: AdmissionRequest): Promise<void> {
  await call.context.front.metrics.admission.run(concerned(call.context.plugins, request, "validate"), "validate", request.operation, (plugin) =>
    plugin.validate!(request),
  );
}

/** By the list of plug-ins, then by what is asked: which of them want to see it in a step. */
const known = new WeakMap<readonly AdmissionPlugin[], Map<string, readonly AdmissionPlugin[]>>();

function concerned(
  plugins: readonly AdmissionPlugin[],
  { operation, resource, subresource }: AdmissionRequest,
  step: "mutate" | "validate",
): readonly AdmissionPlugin[] {
  const { group, resource: plural } = resource;
  const base = group ? `${plural}.${group}` : plural;
  const asked = subresource ? `${plural}/${subresource}` : base;
  const byAsked = known.get(plugins) ?? new Map<string, readonly AdmissionPlugin[]>();
  known.set(plugins, byAsked);
  const key = `${step} ${operation} ${asked} ${group}`;
  let found = byAsked.get(key);
  if (!found) {
    found = plugins.filter(
      ({ on, operations, [step]: run }) => run !== undefined && operations.includes(operation) && on.some((one) => one === "*" || one === asked),
    );
    byAsked.set(key, found);
  }
  return found;
}
