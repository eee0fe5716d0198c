/** What is checked of custom resources, and what their endpoints may change (k8s.io/apiextensions-apiserver pkg/registry/customresource). */

import type { Kind, KindRules, KubeObject, Metadata, ValidationContext } from "../../api/kind.ts";
import { hasRules } from "../../machinery/cel/rules/tree.ts";
import { validateRules } from "../../machinery/cel/rules/validate.ts";
import { isQualifiedName } from "../../machinery/names.ts";
import type { Patience } from "../../machinery/patience.ts";
import { isObject, own, type Plain } from "../../machinery/plain.ts";
import { type FieldError, invalid } from "../../machinery/status/field-error.ts";
import { forbidden } from "../../machinery/status/status-error.ts";
import { Correlated } from "../../machinery/structural/correlated.ts";
import { setDefaults } from "../../machinery/structural/defaults.ts";
import { embeddedErrors } from "../../machinery/structural/embedded.ts";
import { listTypeErrors } from "../../machinery/structural/list-types.ts";
import { schemaErrors } from "../../machinery/structural/validate.ts";
import { createErrors } from "../registry/metadata.ts";
import { customColumns } from "./columns.ts";
import { scaleErrors, scaleRules, scaleStatusErrors } from "./scale.ts";
import { selectableFields } from "./selectable.ts";
import type { ServedVersion } from "./served.ts";

/** @param kind gives the kind that these rules are of */
export function customRules(served: ServedVersion, kind: () => Kind): KindRules<KubeObject> {
  const { hasStatus, scale } = served;
  return {
    conditionalUpdateOnly: true,
    defaults: (object) => setDefaults(object, served.schema()),
    generation: (object) => ({ ...object, metadata: undefined }),
    ...(hasStatus && { prepareCreate: dropStatus, prepareUpdate: keepStatus }),
    validateCreate: (object, context) => newErrors(served, kind(), object, context),
    validateUpdate: (next, last, context) => changeErrors(served, kind(), next, last, context),
    warnings: (object, last) => [...finalizerWarnings(object.metadata, last?.metadata), ...forgivenIn(object)],
    columns: customColumns(served.columns),
    ...(served.selectable.length > 0 && { selectableFields: selectableFields(served.selectable) }),
    ...(scale && { scale: scaleRules(scale) }),
    subresources: {
      ...(hasStatus && {
        status: {
          prepareUpdate: keepAllButStatus,
          validateUpdate: (next: KubeObject, last: KubeObject, context: ValidationContext) => statusErrors(served, next, last, context),
          warnings: forgivenIn,
          resetFields: STATUS_RESETS,
        },
      }),
    },
  };
}

const STATUS_RESETS: readonly string[] = ["metadata", "spec"];

function members(object: KubeObject): Plain {
  return object as unknown as Plain; // Members beside metadata are users'.
}

function dropStatus(object: KubeObject): void {
  delete members(object).status;
}

function keepStatus(next: KubeObject, last: KubeObject): void {
  if (Object.hasOwn(last, "status")) members(next).status = members(last).status;
  else delete members(next).status;
}

/** Nothing but the status, and who owns it. */
function keepAllButStatus(next: KubeObject, last: KubeObject): void {
  const { status } = members(next);
  const had = Object.hasOwn(next, "status");
  const { managedFields, resourceVersion } = next.metadata;
  for (const name of Object.keys(next)) delete members(next)[name];
  Object.assign(next, last);
  next.metadata = { ...last.metadata, ...(resourceVersion && { resourceVersion }) };
  if (managedFields) next.metadata.managedFields = managedFields;
  else delete next.metadata.managedFields;
  if (had) members(next).status = status;
  else delete members(next).status;
}

function newErrors(served: ServedVersion, kind: Kind, object: KubeObject, { patience }: ValidationContext): FieldError[] {
  if (served.terminating) {
    throw forbidden(kind, object.metadata.name ?? "", "create not allowed while custom resource definition is terminating");
  }
  const schema = served.schema();
  const errors = [
    ...(served.props ? schemaErrors(served.props, object, { patience }) : []),
    ...scaleErrors(served.scale, object),
    ...scaleStatusErrors(served.scale, object),
    ...embeddedErrors(object, schema, (metadata) => metadataErrors(kind, metadata)),
    ...listTypeErrors("", schema, object),
  ];
  // Those of the metadata are told of with those of every kind; here they count only as a reason to ask no rules.
  return [...errors, ...ruleErrors(served, [...errors, ...createErrors(kind, object.metadata)], { next: object, last: undefined, patience })];
}

/** What an update broke before and didn't touch: errors that are only told of, by object. */
const forgiven = new WeakMap<KubeObject, string[]>();

function forgivenIn(object: KubeObject): readonly string[] {
  return forgiven.get(object) ?? [];
}

/** Errors after which rules would meet values that they can't be asked about. */
const BLOCKING: ReadonlySet<string> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);
const UNCHECKED = "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

interface Change {
  readonly next: KubeObject;
  readonly last: KubeObject | undefined;
  readonly correlation?: Correlated;
  readonly patience: Patience | undefined;
}

/** @param found what is wrong with the object otherwise */
function ruleErrors({ props }: ServedVersion, found: readonly FieldError[], { next, last, correlation, patience }: Change): FieldError[] {
  if (!props || !hasRules(props)) return [];
  if (found.some(({ type }) => BLOCKING.has(type))) return [invalid("<nil>", null, UNCHECKED)];
  const warnings: string[] = [];
  const errors = validateRules(props, next, last, { correlation, patience, warn: (message) => warnings.push(message) });
  if (warnings.length > 0) forgiven.set(next, warnings);
  return errors;
}

function changeErrors(served: ServedVersion, kind: Kind, next: KubeObject, last: KubeObject, { patience }: ValidationContext): FieldError[] {
  const schema = served.schema();
  const correlated = new Correlated(next, last, schema);
  const errors = [
    ...(served.props ? schemaErrors(served.props, next, { correlated, patience }) : []),
    ...scaleErrors(served.scale, next),
    ...scaleStatusErrors(served.scale, next),
    ...embeddedErrors(next, schema, (metadata) => metadataErrors(kind, metadata)),
    ...(listTypeErrors("", schema, last).length === 0 ? listTypeErrors("", schema, next) : []),
  ];
  return [...errors, ...ruleErrors(served, [...errors, ...createErrors(kind, next.metadata)], { next, last, correlation: correlated, patience })];
}

/** Only the status' own schema counts. */
function statusErrors(served: ServedVersion, next: KubeObject, last: KubeObject, { patience }: ValidationContext): FieldError[] {
  const schema = served.schema();
  const whole = new Correlated(next, last, schema);
  const correlated = whole.member("status");
  const props = served.props?.properties && own(served.props.properties as Plain, "status");
  const hasStatus = Object.hasOwn(next, "status");
  const found = listTypeErrors("", schema, next);
  const errors = [
    ...(isObject(props) && hasStatus ? schemaErrors(props, members(next).status, { base: "status", correlated, patience }) : []),
    ...scaleStatusErrors(served.scale, next),
    ...(found.length > 0 && listTypeErrors("", schema, last).length === 0 ? found : []),
  ];
  return [...errors, ...ruleErrors(served, errors, { next, last, correlation: whole, patience })];
}

function metadataErrors(kind: Kind, metadata: Plain): readonly FieldError[] {
  const namespaced = typeof metadata.namespace === "string" && metadata.namespace !== "";
  // An embedded object whose metadata are of other types was refused when it was decoded.
  return createErrors({ ...kind, namespaced, rules: { validateName: pathSegment } }, metadata as unknown as Metadata);
}

function pathSegment(name: string): string[] {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"].filter((one) => name.includes(one)).map((one) => `may not contain '${one}'`);
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(["orphan", "foregroundDeletion", "kubernetes"]);

function finalizerWarnings(next: Metadata, last: Metadata | undefined): string[] {
  const added = [...new Set(next.finalizers ?? [])].filter((one) => !last?.finalizers?.includes(one)).toSorted();
  return added.flatMap((name) => {
    const quoted = `metadata.finalizers: ${JSON.stringify(name)}:`;
    const warnings = isQualifiedName(name).map((complaint) => `${quoted} ${complaint}`);
    if (name.includes("/") || STANDARD_FINALIZERS.has(name)) return warnings;
    const path = name.includes(".") ? " including a path (/)" : "";
    return [...warnings, `${quoted} prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`];
  });
}
