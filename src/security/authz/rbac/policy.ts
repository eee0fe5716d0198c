/** The cluster's roles and bindings, indexed by whom they are for and kept current change by change. */

import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from "../../../api/tables/rbac-v1.ts";
import { matchesLabels } from "../../labels.ts";
import type { Reader } from "../../reader.ts";
import type { User } from "../../user.ts";
import { RuleSet } from "./rules.ts";

export const RBAC_GROUP = "rbac.authorization.k8s.io";

/** One subject of one binding. */
export interface Grant {
  /** The binding's namespace; empty for cluster role bindings. */
  readonly namespace: string;
  readonly binding: string;
  readonly role: RoleRef;
  readonly subject: Subject;
}

/** @returns the grant in Kubernetes' words, as it stands in the reason of a decision */
export function describe(grant: Grant): string {
  const { namespace, binding, role, subject } = grant;
  const bound = namespace ? `RoleBinding ${JSON.stringify(`${binding}/${namespace}`)}` : `ClusterRoleBinding ${JSON.stringify(binding)}`;
  const who = subject.kind === "ServiceAccount" ? `${subject.name}/${subject.namespace || namespace}` : subject.name;
  return `${bound} of ${role.kind} ${JSON.stringify(role.name)} to ${subject.kind} ${JSON.stringify(who)}`;
}

/** A service account's user name, which its tokens log in as. */
function subjectKey(subject: Subject, bindingNamespace: string): string | undefined {
  if (subject.kind === "User") return `user ${subject.name}`;
  if (subject.kind === "Group") return `group ${subject.name}`;
  const namespace = subject.namespace || bindingNamespace;
  return subject.kind === "ServiceAccount" && namespace ? `user system:serviceaccount:${namespace}:${subject.name}` : undefined;
}

export class Policy {
  readonly #reader: Reader;
  /** Subject → namespace ("" for cluster-wide) → its grants. */
  readonly #grants = new Map<string, Map<string, Set<Grant>>>();
  readonly #byBinding = new Map<string, readonly (readonly [key: string, grant: Grant])[]>();
  readonly #roles = new Map<string, RuleSet>();
  readonly #stops: (() => void)[] = [];
  #generation = 0;

  constructor(reader: Reader) {
    this.#reader = reader;
    for (const resource of ["rolebindings", "clusterrolebindings"]) {
      this.#stops.push(reader.onChange(RBAC_GROUP, resource, ({ namespace, name }) => this.#indexBinding(resource, namespace, name)));
      for (const binding of reader.list<RoleBinding>(RBAC_GROUP, resource))
        this.#indexBinding(resource, binding.metadata.namespace ?? "", binding.metadata.name ?? "");
    }
    this.#stops.push(
      reader.onChange(RBAC_GROUP, "roles", ({ namespace, name }) => {
        this.#generation++;
        this.#roles.delete(`${namespace}/${name}`);
      }),
      // A cluster role may be gathered into others by its labels, so all of them are compiled again when next asked for.
      reader.onChange(RBAC_GROUP, "clusterroles", () => {
        this.#generation++;
        for (const key of this.#roles.keys()) if (key.startsWith("/")) this.#roles.delete(key);
      }),
    );
  }

  /** Rises with every change of a role or binding: what a kept decision is good for. */
  get generation(): number {
    return this.#generation;
  }

  /** Ends the subscriptions. */
  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  #indexBinding(resource: string, namespace: string, name: string): void {
    this.#generation++;
    const bindingKey = `${namespace}/${name}`;
    for (const [key, grant] of this.#byBinding.get(bindingKey) ?? []) {
      const places = this.#grants.get(key);
      const grants = places?.get(namespace);
      grants?.delete(grant);
      if (grants?.size === 0) places?.delete(namespace);
      if (places?.size === 0) this.#grants.delete(key);
    }
    this.#byBinding.delete(bindingKey);
    const binding = this.#reader.get<RoleBinding | ClusterRoleBinding>(RBAC_GROUP, resource, namespace, name);
    if (!binding) return;
    const entries: (readonly [string, Grant])[] = [];
    for (const subject of binding.subjects ?? []) {
      const key = subjectKey(subject, namespace);
      if (key === undefined) continue;
      const grant: Grant = { namespace, binding: name, role: binding.roleRef, subject };
      entries.push([key, grant]);
      const places = this.#grants.getOrInsertComputed(key, () => new Map());
      places.getOrInsertComputed(namespace, () => new Set()).add(grant);
    }
    this.#byBinding.set(bindingKey, entries);
  }

  /** @returns the role's rules, those that it gathers included; undefined when there is no such role */
  rulesOf(role: RoleRef, bindingNamespace: string): RuleSet | undefined {
    if (role.kind !== "Role" && role.kind !== "ClusterRole") return undefined;
    const key = role.kind === "Role" ? `${bindingNamespace}/${role.name}` : `/${role.name}`;
    const known = this.#roles.get(key);
    if (known) return known;
    const rules = role.kind === "Role" ? this.#roleRules(bindingNamespace, role.name) : this.#gather(role.name, new Set());
    if (!rules) return undefined;
    const compiled = new RuleSet(rules);
    this.#roles.set(key, compiled);
    return compiled;
  }

  #roleRules(namespace: string, name: string): readonly PolicyRule[] | undefined {
    const role = this.#reader.get<Role>(RBAC_GROUP, "roles", namespace, name);
    return role && (role.rules ?? []);
  }

  /** The rules of a cluster role; of an aggregated one those of every role whose labels it selects, now, whether or not a controller has written them down yet. */
  #gather(name: string, path: Set<string>): readonly PolicyRule[] | undefined {
    const role = this.#reader.get<ClusterRole>(RBAC_GROUP, "clusterroles", "", name);
    if (!role) return undefined;
    const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
    if (selectors.length === 0) return role.rules ?? [];
    if (path.has(name)) return [];
    path.add(name);
    const gathered: PolicyRule[] = [];
    for (const other of this.#reader.list<ClusterRole>(RBAC_GROUP, "clusterroles")) {
      const otherName = other.metadata.name ?? "";
      if (otherName === name || path.has(otherName)) continue;
      if (selectors.some((selector) => matchesLabels(selector, other.metadata.labels))) gathered.push(...(this.#gather(otherName, path) ?? []));
    }
    return gathered;
  }

  /**
   * Every grant of a user that counts in a namespace: cluster-wide ones first.
   * @param namespace empty for cluster-scoped and non-resource requests
   */
  *grantsOf(user: User, namespace: string): Generator<Grant> {
    for (const place of namespace ? ["", namespace] : [""]) {
      yield* this.#grants.get(`user ${user.name}`)?.get(place) ?? [];
      for (const group of user.groups) yield* this.#grants.get(`group ${group}`)?.get(place) ?? [];
    }
  }
}
