/** Field ownership across the scale subresource: `spec.replicas` of the object is `spec.replicas` of its Scale (k8s.io/apimachinery util/managedfields: ScaleHandler). */

import { identity, type ManagedFieldsEntry, type Owner, type Owners, readOwners, writeOwners } from "./managed.ts";
import { difference, type FieldSet, has, isEmpty, setOfPaths } from "./set.ts";

const SCALE_VERSION = "autoscaling/v1";
/** Where every built-in kind that scales keeps its number, and where Scale does. */
const SPEC_REPLICAS: readonly string[] = ["spec", "replicas"];
const PATH = ["f:spec", "f:replicas"];
const REPLICAS: FieldSet = setOfPaths(["spec.replicas"]);

/** @param path to the object's number. @returns the entries that the object's Scale has: whoever owns the number of replicas owns it there */
export function entriesOfScale(entries: readonly ManagedFieldsEntry[] | undefined, path = SPEC_REPLICAS): readonly ManagedFieldsEntry[] | undefined {
  const owners: Owners = new Map();
  for (const owner of readOwners(entries, true).values()) {
    if (has(owner.set, elementsOf(path))) add(owners, { ...owner, apiVersion: SCALE_VERSION, set: REPLICAS, entry: undefined });
  }
  return writeOwners(owners);
}

/**
 * @param entries of the object as it was
 * @param scaled of its Scale after the write
 * @param apiVersion the object's
 * @param path to the object's number
 * @returns the object's entries: who lost the number in Scale loses it here, and who has it there has it here, in an entry without a time
 */
export function entriesAfterScale(
  entries: readonly ManagedFieldsEntry[] | undefined,
  scaled: readonly ManagedFieldsEntry[] | undefined,
  apiVersion: string,
  path = SPEC_REPLICAS,
): readonly ManagedFieldsEntry[] | undefined {
  const scale = readOwners(scaled, true);
  const replicas = path === SPEC_REPLICAS ? REPLICAS : setOfPaths([path.join(".")]);
  const owners: Owner[] = [];
  for (const owner of readOwners(entries, true).values()) {
    // Applies have no version in their identity and are found again; updates never are, which is why their entry is split.
    const kept = scale.delete(identity(owner));
    const set = kept ? owner.set : difference(owner.set, replicas);
    if (set === owner.set) owners.push(owner);
    else if (!isEmpty(set)) owners.push({ ...owner, set, entry: undefined });
  }
  for (const owner of scale.values()) {
    if (has(owner.set, PATH)) owners.push({ ...owner, apiVersion, set: replicas, time: undefined, entry: undefined });
  }
  return writeOwners(new Map(owners.map((owner, i) => [String(i), owner])));
}

function elementsOf(path: readonly string[]): string[] {
  return path.map((name) => `f:${name}`);
}

function add(owners: Owners, owner: Owner): void {
  owners.set(identity(owner), owner);
}
