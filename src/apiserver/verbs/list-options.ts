/** What a list, watch or deletecollection is asked: the query checked as ListOptions are. */

import type { Kind } from "../../api/kind.ts";
import { type FieldSelector, parseFieldSelector } from "../../machinery/selectors/fields.ts";
import { type LabelSelector, parseLabelSelector } from "../../machinery/selectors/labels.ts";
import { type FieldError, forbiddenField, notSupported } from "../../machinery/status/field-error.ts";
import { badRequest, invalidObject } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";
import { flag, integer, text } from "./query.ts";

export interface ListOptions {
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
  /** 0: no limit. */
  readonly limit: number;
  readonly continue: string;
  readonly resourceVersion: string;
  readonly match: string;
  readonly bookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

/** @throws StatusError 400 for what can't be parsed, 422 for what doesn't go together */
export function listOptions({ query }: Call, kind: Kind, watch: boolean): ListOptions {
  const resourceVersion = text(query, "resourceVersion");
  const sendInitialEvents = flag(query, "sendInitialEvents");
  const options: ListOptions = {
    labels: selector(() => parseLabelSelector(text(query, "labelSelector"))),
    fields: selector(() => parseFieldSelector(text(query, "fieldSelector"))),
    limit: integer(query, "limit") ?? 0,
    continue: text(query, "continue"),
    resourceVersion,
    match: text(query, "resourceVersionMatch"),
    bookmarks: flag(query, "allowWatchBookmarks") ?? false,
    sendInitialEvents,
    timeoutSeconds: integer(query, "timeoutSeconds"),
  };
  const errors = watch ? watchErrors(options) : listErrors(options);
  if (errors.length > 0) throw invalidObject({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
  checkFields(kind, options.fields);
  return options;
}

function selector<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

const MATCH = "resourceVersionMatch";

function listErrors(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const { match } = options;
  if (match !== "") {
    if (options.resourceVersion === "") errors.push(forbiddenField(MATCH, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    if (options.continue !== "") errors.push(forbiddenField(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
    if (match !== "Exact" && match !== "NotOlderThan") errors.push(notSupported(MATCH, match, ["Exact", "NotOlderThan", ""], "given"));
    if (match === "Exact" && options.resourceVersion === "0") {
      errors.push(forbiddenField(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) errors.push(forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  return errors;
}

function watchErrors(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const { match } = options;
  if (options.sendInitialEvents !== undefined && match !== "NotOlderThan") {
    errors.push(forbiddenField(MATCH, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  }
  const legacy = options.resourceVersion === "" || options.resourceVersion === "0"; // Such a watch begins with what there is.
  if (legacy && match === "" && options.sendInitialEvents === undefined && options.continue !== "") {
    errors.push(forbiddenField(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
  }
  if (match !== "") {
    if (options.sendInitialEvents === undefined) {
      errors.push(forbiddenField(MATCH, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
    }
    if (match !== "NotOlderThan") errors.push(notSupported(MATCH, match, ["NotOlderThan"]));
    if (options.continue !== "") errors.push(forbiddenField(MATCH, "resourceVersionMatch is forbidden when continue is provided"));
  }
  return errors;
}

function checkFields(kind: Kind, fields: FieldSelector): void {
  const { selectableFields } = kind.rules;
  for (const { field } of fields.terms) {
    if (
      field === "metadata.name" ||
      (field === "metadata.namespace" && (kind.namespaced ? kind.resource !== "podcertificaterequests" : !kind.rules.selectableFields))
    )
      continue;
    if (selectableFields && Object.hasOwn(selectableFields, field)) continue;
    throw badRequest(
      selectableFields
        ? `field label not supported: ${field}`
        : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  }
}
