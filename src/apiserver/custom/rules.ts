/** What is checked of custom resources, and what their endpoints may change (k8s.io/apiextensions-apiserver pkg/registry/customresource). */

import type { Kind, KindRules, KubeObject, Metadata } from "../../api/kind.ts";
import { isQualifiedName } from "../../machinery/names.ts";
import { isObject, own, type Plain } from "../../machinery/plain.ts";
import type { FieldError } from "../../machinery/status/field-error.ts";
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
    validateCreate: (object) => newErrors(served, kind(), object),
    validateUpdate: (next, last) => changeErrors(served, kind(), next, last),
    warnings: (object, last) => finalizerWarnings(object.metadata, last?.metadata),
    columns: customColumns(served.columns),
    ...(served.selectable.length > 0 && { selectableFields: selectableFields(served.selectable) }),
    ...(scale && { scale: scaleRules(scale) }),
    subresources: {
      ...(hasStatus && {
        status: {
          prepareUpdate: keepAllButStatus,
          validateUpdate: (next: KubeObject, last: KubeObject) => statusErrors(served, next, last),
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

function newErrors(served: ServedVersion, kind: Kind, object: KubeObject): FieldError[] {
  if (served.terminating) {
    throw forbidden(kind, object.metadata.name ?? "", "create not allowed while custom resource definition is terminating");
  }
  const schema = served.schema();
  return [
    ...(served.props ? schemaErrors(served.props, object) : []),
    ...scaleErrors(served.scale, object),
    ...scaleStatusErrors(served.scale, object),
    ...embeddedErrors(object, schema, (metadata) => metadataErrors(kind, metadata)),
    ...listTypeErrors("", schema, object),
  ];
}

function changeErrors(served: ServedVersion, kind: Kind, next: KubeObject, last: KubeObject): FieldError[] {
  const schema = served.schema();
  const correlated = new Correlated(next, last, schema);
  return [
    ...(served.props ? schemaErrors(served.props, next, { correlated }) : []),
    ...scaleErrors(served.scale, next),
    ...scaleStatusErrors(served.scale, next),
    ...embeddedErrors(next, schema, (metadata) => metadataErrors(kind, metadata)),
    ...(listTypeErrors("", schema, last).length === 0 ? listTypeErrors("", schema, next) : []),
  ];
}

/** Only the status' own schema counts. */
function statusErrors(served: ServedVersion, next: KubeObject, last: KubeObject): FieldError[] {
  const schema = served.schema();
  const correlated = new Correlated(next, last, schema).member("status");
  const props = served.props?.properties && own(served.props.properties as Plain, "status");
  const hasStatus = Object.hasOwn(next, "status");
  const found = listTypeErrors("", schema, next);
  return [
    ...(isObject(props) && hasStatus ? schemaErrors(props, members(next).status, { base: "status", correlated }) : []),
    ...scaleStatusErrors(served.scale, next),
    ...(found.length > 0 && listTypeErrors("", schema, last).length === 0 ? found : []),
  ];
}

function metadataErrors(kind: Kind, metadata: Plain): readonly FieldError[] {
  const namespaced = typeof metadata.namespace === "string" && metadata.namespace !== "";
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
