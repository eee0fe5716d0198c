/** What is wrong with an event. Those with an `eventTime` are of the newer form and held to more. [Kubernetes pkg/apis/core/validation/events.go] */

import { type FieldError, invalid, required } from "../../../machinery/status/field-error.ts";
import { qualifiedName } from "../../meta/checks.ts";
import type { Event } from "../../tables/core-v1.ts";

const INSTANCE_MAX = 128;
const ACTION_MAX = 128;
const REASON_MAX = 128;
const MESSAGE_MAX = 1024;
const NAMESPACE_DIFFERS = "does not match event.namespace";

/** @param controllerField what this face of events calls `reportingComponent` */
export function eventErrors(event: Event, controllerField: string): FieldError[] {
  return event.eventTime ? newForm(event, controllerField) : oldForm(event);
}

function oldForm({ metadata, involvedObject }: Event): FieldError[] {
  const about = involvedObject.namespace ?? "";
  const own = metadata.namespace ?? "";
  const agree = about === "" ? own === "" || own === "default" : about === own;
  return agree ? [] : [invalid("involvedObject.namespace", about, NAMESPACE_DIFFERS)];
}

function newForm(event: Event, controllerField: string): FieldError[] {
  const { metadata, involvedObject, reportingComponent = "", reportingInstance = "", action = "", reason = "", message = "" } = event;
  const errors: FieldError[] = [];
  if (!involvedObject.namespace && metadata.namespace !== "default" && metadata.namespace !== "kube-system") {
    errors.push(invalid("involvedObject.namespace", "", NAMESPACE_DIFFERS));
  }
  if (!reportingComponent) errors.push(required(controllerField, ""));
  errors.push(...qualifiedName(controllerField, reportingComponent));
  errors.push(...sized("reportingInstance", reportingInstance, INSTANCE_MAX), ...sized("action", action, ACTION_MAX), ...sized("reason", reason, REASON_MAX));
  return Buffer.byteLength(message) > MESSAGE_MAX ? [...errors, tooLong("message", MESSAGE_MAX)] : errors;
}

function sized(field: string, value: string, max: number): FieldError[] {
  if (value === "") return [required(field, "")];
  return Buffer.byteLength(value) > max ? [tooLong(field, max)] : [];
}

function tooLong(field: string, max: number): FieldError {
  return invalid(field, "", `can have at most ${max} characters`);
}
