/** The kinds of one definition: one a version, all of them stored in the form of one. */

import type { Kind, KindRules, KubeObject } from "../../api/kind.ts";
import type { CustomResourceDefinition } from "../../api/tables/apiextensions-v1.ts";
import type { Plain } from "../../machinery/plain.ts";
import { copyJson, setDefaults } from "../../machinery/structural/defaults.ts";
import { customKind } from "./kind.ts";
import { type ServedVersion, servedVersions } from "./served.ts";

export interface VersionKind {
  readonly served: ServedVersion;
  readonly kind: Kind;
  /** Not served where it is only stored. */
  readonly isServed: boolean;
}

export function kindsOf(definition: CustomResourceDefinition): VersionKind[] {
  const byVersion = new Map<string, Kind>();
  const schemas = new Map<string, ServedVersion>();
  const isServed = new Map((definition.spec.versions ?? []).map(({ name, served }) => [name, served]));
  /** What was stored in another version's form is read as that version has it, and then as this one. */
  const convertTo =
    (version: string) =>
    (object: Plain, from: string): Plain => {
      const last = from.slice(from.indexOf("/") + 1);
      const kind = byVersion.get(last);
      const converted = kind?.form ? kind.form.typed(object).object : object;
      setDefaults(converted, schemas.get(last)?.schema());
      return { ...(converted as Plain), apiVersion: `${definition.spec.group}/${version}` };
    };
  return servedVersions(definition).map((served): VersionKind => {
    const { version, storageVersion } = served;
    schemas.set(version, served);
    const own = customKind(served, convertTo(version));
    const kind = version === storageVersion ? own : storedAsOther(own, served, byVersion);
    byVersion.set(version, kind);
    return { served, kind, isServed: isServed.get(version) === true };
  });
}

/** A version that isn't the stored one: another version's number on the same object, as far as both schemas know it. */
function storedAsOther(kind: Kind, { group, storageVersion }: ServedVersion, byVersion: ReadonlyMap<string, Kind>): Kind {
  const storedAs: NonNullable<KindRules<KubeObject>["storedAs"]> = {
    group,
    version: storageVersion,
    toStored: (object) => renamed(copyJson(object) as Plain, byVersion.get(storageVersion)!),
    fromStored: (object) => renamed(object as unknown as Plain, kind), // Its members are users'.
  };
  return withRules(kind, { ...kind.rules, storedAs });
}

function renamed(object: Plain, to: Kind): KubeObject {
  object.apiVersion = to.apiVersion;
  return to.form!.typed(object).object;
}

/** The schema is made on first use: it must not be made here. */
function withRules(kind: Kind, rules: Kind["rules"]): Kind {
  return Object.defineProperties({} as Kind, { ...Object.getOwnPropertyDescriptors(kind), rules: { value: rules, enumerable: true } });
}
