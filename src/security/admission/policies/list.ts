/** Policies with their bindings, as they are now. A policy without a binding does nothing. */

import type { Kind } from "../../../api/kind.ts";
import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "../../../api/tables/admissionregistration-v1.ts";
import { labelSelector } from "../../../machinery/selectors/labels.ts";
import { StatusError } from "../../../machinery/status/status-error.ts";
import type { Reader } from "../../reader.ts";
import { namespaceMatches, objectMatches } from "../namespace-labels.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { type RuleTarget, ruleMatches } from "../rules.ts";
import { paramResource } from "./params.ts";

const GROUP = "admissionregistration.k8s.io";

type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;
type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

export interface Bound<P extends Policy, B extends Binding, C> {
  readonly policy: P;
  readonly bindings: readonly B[];
  readonly compiled: C;
}

/** @param compile compiles a policy: done again only for one that has changed. @returns what gives the policies as they are now, by name */
export function policyList<P extends Policy, B extends Binding, C>(
  prefix: "validating" | "mutating",
  compile: (policy: P) => C,
): (reader: Reader) => readonly Bound<P, B, C>[] {
  const [policies, bindings] = [`${prefix}admissionpolicies`, `${prefix}admissionpolicybindings`];
  let of: Reader | undefined;
  let revisions = "";
  let known = new Map<string, { version: string; compiled: C }>();
  let list: readonly Bound<P, B, C>[] = [];
  return (reader) => {
    const now = `${reader.revision(GROUP, policies)}/${reader.revision(GROUP, bindings)}`;
    if (reader === of && now === revisions) return list;
    const byPolicy = Map.groupBy(byName(reader.list<B>(GROUP, bindings)), ({ spec }) => spec.policyName ?? "");
    const next = new Map<string, { version: string; compiled: C }>();
    list = byName(reader.list<P>(GROUP, policies)).flatMap((policy) => {
      const bound = byPolicy.get(policy.metadata.name ?? "");
      if (!bound) return [];
      const { uid = "", generation = 0 } = policy.metadata;
      const version = `${generation}`;
      const before = known.get(uid);
      const entry = before?.version === version ? before : { version, compiled: compile(policy) };
      next.set(uid, entry);
      return [{ policy, bindings: bound, compiled: entry.compiled }];
    });
    known = next;
    [of, revisions] = [reader, now];
    return list;
  };
}

function byName<T extends { readonly metadata: { readonly name?: string } }>(objects: Iterable<T>): T[] {
  return [...objects].toSorted((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1));
}

/** The version of the request that a policy is about. */
export interface Matched {
  readonly kind: Kind;
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
}

/** As `matchOf` for a policy, whose parameters must be of a kind that there is. @throws ConfigurationError where they aren't */
export async function matchPolicy({ spec }: Policy, request: AdmissionRequest): Promise<Matched | undefined> {
  const matched = await matchOf(spec.matchConstraints, request);
  if (matched && spec.paramKind) paramResource(spec.paramKind, request);
  return matched;
}

/** @returns undefined where the policy or binding isn't about the request. @throws StatusError 404 where the namespace that decides is missing */
export async function matchOf(match: MatchResources | undefined, request: AdmissionRequest): Promise<Matched | undefined> {
  const own: Matched = {
    kind: request.kind,
    resource: { group: request.attributes.group, version: request.attributes.version, resource: request.attributes.resource },
  };
  if (!match) return own;
  const namespaced = await namespaceMatches(labelSelector(match.namespaceSelector ?? {}), request);
  if (namespaced === false || !objectMatches(labelSelector(match.objectSelector ?? {}), request)) return undefined;
  if (match.excludeResourceRules?.length && matchRules(match.excludeResourceRules, match.matchPolicy, request, own)) return undefined;
  const found = match.resourceRules?.length ? matchRules(match.resourceRules, match.matchPolicy, request, own) : own;
  if (found && namespaced instanceof StatusError) throw namespaced;
  return found;
}

function matchRules(
  rules: NonNullable<MatchResources["resourceRules"]>,
  policy: string | undefined,
  request: AdmissionRequest,
  own: Matched,
): Matched | undefined {
  const { operation, subresource, namespace } = request;
  const name = request.name || (request.object?.metadata.name ?? "");
  const target = (resource: Matched["resource"]): RuleTarget => ({ ...resource, subresource, namespace });
  const matches = (rule: (typeof rules)[number], resource: Matched["resource"]): boolean =>
    ruleMatches(rule, operation, target(resource)) && (!rule.resourceNames?.length || rule.resourceNames.includes(name));
  if (rules.some((rule) => matches(rule, own.resource))) return own;
  if (policy !== "Equivalent") return undefined;
  for (const rule of rules) {
    for (const { served, kind } of request.equivalents.kinds()) if (matches(rule, served)) return { kind, resource: served };
  }
  return undefined;
}
