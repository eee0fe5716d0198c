/** The kinds of one definition: one a version, all of them stored in the form of one. */

import type { Kind, KubeObject, StoredForm } from "../../api/kind.ts";
import type { CustomResourceDefinition } from "../../api/tables/apiextensions-v1.ts";
import { encode } from "../../machinery/json/encode.ts";
import type { Plain } from "../../machinery/plain.ts";
import { copyJson, setDefaults } from "../../machinery/structural/defaults.ts";
import type { DefinitionText } from "./definition-text.ts";
import { parse } from "./document.ts";
import type { FormFacts } from "./form.ts";
import { customKind } from "./kind.ts";
import { metadataSchema } from "./metadata.ts";
import { type ServedVersion, servedVersions } from "./served.ts";
import type { Convert } from "./webhook-conversion.ts";

export interface VersionKind {
  readonly served: ServedVersion;
  readonly kind: Kind;
  /** Not served where it is only stored. */
  readonly isServed: boolean;
}

/**
 * @param definition what the text says
 * @param convert asks for a conversion, where versions differ by more than their number
 */
export function kindsOf(definition: CustomResourceDefinition, text: DefinitionText, convert: Convert | undefined): VersionKind[] {
  const byVersion = new Map<string, Kind>();
  const all = servedVersions(definition, text);
  const schemas = new Map(all.map((served) => [served.version, served]));
  const isServed = new Map((definition.spec.versions ?? []).map(({ name, served }) => [name, served]));
  /** What was stored in another version's form, as that version has it now. */
  const asStored = (object: Plain, from: string): Plain => {
    const last = from.slice(from.indexOf("/") + 1);
    const read = byVersion.get(last)?.form?.typed(object).object ?? object;
    setDefaults(read, schemas.get(last)?.schema());
    return read as Plain; // Its members are users'.
  };
  return all.map((served): VersionKind => {
    const { group, version, storageVersion } = served;
    const apiVersion = `${group}/${version}`;
    const conversion: FormFacts["conversion"] = {
      renumber: (object, from) => ({ ...asStored(object, from), apiVersion }),
      ...(convert && {
        ask: (objects: readonly Plain[]) =>
          convert(
            objects.map((one) => inJson(asStored(one, String(one.apiVersion)))),
            apiVersion,
          ),
      }),
    };
    const own = customKind(served, conversion);
    const kind = version === storageVersion ? own : storedAsOther(own, served, byVersion, convert);
    byVersion.set(version, kind);
    return { served, kind, isServed: isServed.get(version) === true };
  });
}

/** A version that isn't the stored one: the same object, as far as both schemas know it. */
function storedAsOther(kind: Kind, { group, storageVersion }: ServedVersion, byVersion: ReadonlyMap<string, Kind>, convert: Convert | undefined): Kind {
  const storage = (): Kind => byVersion.get(storageVersion)!;
  const byNumber: StoredForm<KubeObject> = {
    group,
    version: storageVersion,
    toStored: (object) => renamed(copyJson(object) as Plain, storage()),
    fromStored: (object) => renamed(object as unknown as Plain, kind), // Its members are users'.
  };
  return withRules(kind, { ...kind.rules, storedAs: convert ? asked(byNumber, kind, storage, convert) : byNumber });
}

function asked(form: StoredForm<KubeObject>, kind: Kind, storage: () => Kind, convert: Convert): StoredForm<KubeObject> {
  /** What the webhook made of objects that are about to be stored. */
  const prepared = new WeakMap<KubeObject, Plain>();
  return {
    ...form,
    async prepare(object) {
      const [converted] = await convert([inJson(object as unknown as Plain)], storage().apiVersion); // Its members are users'.
      prepared.set(object, converted!);
    },
    toStored(object) {
      const converted = prepared.get(object);
      if (!converted) throw new Error(`${kind.resource} ${object.metadata.name} is stored before it is converted`);
      const { labels, annotations } = converted.metadata as Plain;
      const stored = renamed(copyJson(converted) as Plain, storage());
      stored.metadata = { ...object.metadata, ...stored.metadata };
      if (labels === undefined) delete stored.metadata.labels;
      if (annotations === undefined) delete stored.metadata.annotations;
      if (!object.metadata.managedFields) delete stored.metadata.managedFields;
      return stored;
    },
    async fromAllStored(objects) {
      const converted = await convert(
        objects.map((object) => inJson(object as unknown as Plain)), // As above.
        kind.apiVersion,
      );
      return converted.map((object) => renamed(object, kind));
    },
  };
}

/** @returns the object with its metadata as JSON shows them */
function inJson(object: Plain): Plain {
  const metadata = parse(Buffer.from(encode(object.metadata, metadataSchema)), WHOLE).value;
  return { ...object, metadata };
}

const WHOLE = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

function renamed(object: Plain, to: Kind): KubeObject {
  object.apiVersion = to.apiVersion;
  return to.form!.typed(object).object;
}

/** The schema is made on first use: it must not be made here. */
function withRules(kind: Kind, rules: Kind["rules"]): Kind {
  return Object.defineProperties({} as Kind, { ...Object.getOwnPropertyDescriptors(kind), rules: { value: rules, enumerable: true } });
}
