/**
 * The declaration of a kind: the imported table says what its fields are; this says by hand what a table can't.
 * Everything that serves a kind (codecs, OpenAPI, discovery, patch, apply, table output, validation) reads the declaration.
 */

import type { Patience } from "../machinery/patience.ts";
import type { StructSchema } from "../machinery/schema/schema.ts";
import type { ResourceTable } from "../machinery/schema/table.ts";
import type { FieldError } from "../machinery/status/field-error.ts";

/** The metadata of every object, as far as generic code reads it. The full type is `ObjectMeta` of the tables. */
export interface Metadata {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number | bigint;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number | bigint;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean }[];
  finalizers?: string[];
  managedFields?: { manager?: string; operation?: string; apiVersion?: string; time?: string; fieldsType?: string; fieldsV1?: unknown; subresource?: string }[];
}

/** Any object of the API: plain data in its JSON form. Absent means nil or zero; there are no nulls. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: Metadata;
}

/** A column of `kubectl get`. */
export interface Column<T> {
  readonly name: string;
  readonly type: "string" | "integer" | "date" | "boolean" | "number";
  readonly format?: string;
  readonly description?: string;
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority?: number;
  /** A cell without a definition, which no client shows. */
  readonly undefined?: true;
  /** @returns the cell: a string, number, or null. `now` in milliseconds. */
  value(object: T, now: number): string | number | boolean | null;
}

/** What preparation and validation may ask beyond the object itself. */
export interface ValidationContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the namespace that a new object is made in. */
  namespaceLabels?(): Readonly<Record<string, string>> | undefined;
  /** An update that leaves what the generation counts as it was: a kind needn't check that part again, since it was checked when it was stored. */
  readonly sameSpec?: boolean;
  /** Where users' rules may take long: those who loop over an object look at it, and it ends what lasts too long. */
  readonly patience?: Patience;
}

/** What a subresource that writes the same object (status, approval, resize, ephemeralcontainers …) may change. */
export interface SubresourceRules<T> {
  /** Puts back, in `next`, everything that this endpoint doesn't own. `status` by default: all but `status` (and the metadata that a status update may change). */
  prepareUpdate?(next: T, last: T, context: ValidationContext): void;
  validateUpdate?(next: T, last: T, context: ValidationContext): readonly FieldError[];
  warnings?(next: T, last: T): readonly string[];
  /** Field-set roots that an apply through this endpoint doesn't own: dotted paths such as `spec`. */
  readonly resetFields?: readonly string[];
}

/** Where the numbers of the scale subresource are, for kinds that have them elsewhere than the built-in ones. */
export interface ScaleRules {
  /** Names on the way to the number of replicas: `spec`, `replicas`. */
  readonly path: readonly string[];
  read(object: KubeObject): { readonly replicas: number | undefined; readonly ready: number; readonly selector: string };
  write(object: KubeObject, replicas: number): void;
  /** @returns why an object has no Scale to show; undefined where it has one */
  missing(object: KubeObject): string | undefined;
}

/** A function of an object. As a method's type, so that a kind of pods is also a kind of objects, which is how generic code holds it. */
type Of<T, R> = { value(object: T): R }["value"];

/** What is written by hand for a kind; each member may be left out. Functions change the object they are given, which is the server's own copy. */
export interface KindRules<T extends KubeObject> {
  /** Fills in defaults after decoding, on every write and on reading older objects; must be idempotent. The context is a write's. */
  defaults?(object: T, context?: ValidationContext): void;
  /** Before validation of a create: clears what a client may not set (status), fills generated fields. */
  prepareCreate?(object: T): void;
  /** Before validation of an update: puts back what this endpoint doesn't own (status). */
  prepareUpdate?(next: T, last: T, context: ValidationContext): void;
  /** Errors of the object by itself (metadata is checked by the registry). */
  validate?(object: T, context: ValidationContext): readonly FieldError[];
  /** Errors of a new object that an old one may have, beside those of the object. */
  validateCreate?(object: T, context: ValidationContext): readonly FieldError[];
  /** Errors of the change, beside those of the object. */
  validateUpdate?(next: T, last: T, context: ValidationContext): readonly FieldError[];
  warnings?(object: T, last: T | undefined): readonly string[];
  /** Whether validation of the object would hold the event loop, so that it is done in another thread. Asked of each object: it must be cheap. */
  takesLong?(object: T): boolean;
  /** Its metadata are looked at only where nothing else is wrong. */
  readonly metadataLast?: true;
  /** Where no name is given: `generateName` is taken for it, and nothing is added; or a random one is made even without. */
  readonly generatesNames?: "never" | "always";
  /** What Kubernetes' own form of the kind says even of nothing, which a bookmark shows. */
  readonly blank?: { readonly annotations?: Readonly<Record<string, string>>; readonly spec?: object };
  /** An annotation that the object's metadata don't have where they are shown alone. */
  readonly hiddenAnnotation?: string;
  /** How names are checked; DNS subdomain where absent. @returns complaints, none for a good name */
  validateName?(name: string): readonly string[];
  /** Endpoints that write the same object. `status` here gives the kind its status subresource. */
  readonly subresources?: Readonly<Record<string, SubresourceRules<T>>>;
  readonly columns?: readonly Column<T>[];
  /** The order of a table's rows, where it isn't that of the names. */
  readonly rowOrder?: { order(a: T, b: T): number }["order"];
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly selectableFields?: Readonly<Record<string, Of<T, string>>>;
  /** `metadata.generation` is 1 on create and rises when `spec` changes, or what this says: dotted paths, or a function's result. */
  readonly generation?: true | readonly string[] | Of<T, unknown>;
  /** Grace of a deletion in seconds: pods. Undefined or 0: at once. */
  deletionGraceSeconds?(object: T, asked: number | undefined): number;
  /** What is done to orphaned dependents where the client doesn't say: `orphan` for none of the served versions now. */
  readonly createOnUpdate?: true;
  /** An update without resourceVersion is refused. */
  readonly conditionalUpdateOnly?: true;
  readonly scale?: ScaleRules;
  /** Kept so long, then deleted by the store. */
  readonly ttlSeconds?: number;
  /** Written under another kind's key and form: `events.k8s.io` Events are core Events. */
  readonly storedAs?: StoredForm<T>;
  /** Extra groups of short-lived answers that are never stored (reviews): handled by an endpoint of their own. */
  readonly virtual?: true;
}

/** How the objects of a kind are read and written whose fields no table has: custom resources. */
export interface ObjectForm {
  /** @param json of a request's body; @returns the object and what strict field validation refuses; throws a DecodeError or a StatusError */
  decode(json: Uint8Array): { readonly object: KubeObject; readonly strictErrors: readonly string[] };
  /** The same of a patched document, which is used up. */
  typed(document: Record<string, unknown>): { readonly object: KubeObject; readonly strictErrors: readonly string[] };
  /** @returns the object in servable bytes: the caller's own copy */
  decodeStored(bytes: Uint8Array): KubeObject;
  /** @returns the JSON with a NUL where the resourceVersion belongs */
  encodeStored(object: KubeObject): Buffer;
  /** @returns what the store holds as it is read now: schemas change, stored objects don't. The very same bytes where nothing differs */
  read(value: Uint8Array): Uint8Array;
  /** Where somebody else must be asked how stored values are read now: called before `read` of the same values. */
  prepare?(values: readonly Uint8Array[]): Promise<void>;
}

/** The form that a kind's objects are stored in, where that is another kind's. */
export interface StoredForm<T extends KubeObject> {
  readonly group: string;
  readonly version: string;
  toStored(object: T): KubeObject;
  fromStored(object: KubeObject): T;
  /** Where somebody else must be asked: called before `toStored` of the same object. */
  prepare?(object: T): Promise<void>;
  /** In place of `fromStored`, for many at once. */
  fromAllStored?(objects: readonly KubeObject[]): Promise<T[]>;
}

export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  /** `apps/v1`, `v1` */
  readonly apiVersion: string;
  readonly name: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly table: ResourceTable;
  readonly schema: StructSchema;
  readonly rules: KindRules<T>;
  /** Of a custom resource; kinds with tables are read and written by their schema. */
  readonly form?: ObjectForm;
  /** Of a custom resource: the JSON of its definition, from which another thread can make the kind, and what tells it from any other. */
  readonly definition?: () => { readonly id: string; readonly bytes: Uint8Array };
  /** Of a list, where it isn't the kind's name and `List`. */
  readonly listKind?: string;
  /** What each answer warns of. */
  readonly deprecation?: string;
}
