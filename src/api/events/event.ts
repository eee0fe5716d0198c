/** Events as events.k8s.io has them. They are stored as core Events, and held to more than those were. [Kubernetes pkg/apis/core/validation/events.go] */

import { type FieldError, invalid, required } from "../../machinery/status/field-error.ts";
import { eventErrors } from "../core/event/validate.ts";
import { Event as CoreEvent } from "../core/event.ts";
import { kind } from "../declare.ts";
import type { Column } from "../kind.ts";
import { immutable } from "../meta/checks.ts";
import { immutableStruct, sameStruct } from "../meta/semantic.ts";
import type { EventSeries, Event as EventType } from "../tables/events-v1.ts";
import { fromCore, toCore } from "./convert.ts";

const UNSET = "needs to be unset";

/** The members that an update may not change, under the names that the stored form has for them. */
const FIXED = [
  ["reason", "reason"],
  ["note", "message"],
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
  ["type", "type"],
  ["eventTime", "eventTime"],
  ["action", "action"],
  ["reportingController", "reportingController"],
  ["reportingInstance", "reportingInstance"],
] as const satisfies readonly (readonly [keyof EventType, string])[];

export const Event = kind<EventType>("events.k8s.io/v1", "events", {
  storedAs: {
    group: "",
    version: "v1",
    toStored: (event) => toCore(event as EventType),
    fromStored: (event) => fromCore(event as Parameters<typeof fromCore>[0]),
  },
  validate: (event) => eventErrors(toCore(event), "reportingController"),
  validateCreate: (event) => [...seriesErrors(event.series), ...newErrors(event)],
  validateUpdate: (next, last) => [
    ...(sameStruct("events.v1.EventSeries", next.series, last.series) ? [] : seriesErrors(next.series)),
    ...immutableStruct("involvedObject", "core.v1.ObjectReference", next.regarding ?? {}, last.regarding ?? {}),
    ...immutableStruct("related", "core.v1.ObjectReference", next.related, last.related),
    ...immutableStruct("source", "core.v1.EventSource", next.deprecatedSource ?? {}, last.deprecatedSource ?? {}),
    ...FIXED.flatMap(([name, field]) => immutable(field, next[name] || undefined, last[name] || undefined)),
  ],
  columns: (CoreEvent.rules.columns ?? []).map((column): Column<EventType> => ({ ...column, value: (event, now) => column.value(toCore(event), now) })),
  selectableFields: {
    ...Object.fromEntries(
      (["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"] as const).map((member) => [
        `regarding.${member}`,
        ({ regarding }: EventType) => regarding?.[member] ?? "",
      ]),
    ),
    reason: ({ reason }) => reason ?? "",
    reportingController: ({ reportingController }) => reportingController ?? "",
    type: ({ type }) => type ?? "",
  },
  createOnUpdate: true,
  ...(CoreEvent.rules.ttlSeconds !== undefined && { ttlSeconds: CoreEvent.rules.ttlSeconds }),
});

function seriesErrors(series: EventSeries | undefined): FieldError[] {
  if (!series) return [];
  return [
    ...((series.count ?? 0) < 2 ? [invalid("series.count", "", "should be at least 2")] : []),
    ...(series.lastObservedTime ? [] : [required("series.lastObservedTime", "")]),
  ];
}

function newErrors({ eventTime, type = "", deprecatedSource, ...event }: EventType): FieldError[] {
  return [
    ...(eventTime ? [] : [required("eventTime", "")]),
    ...(type === "Normal" || type === "Warning" ? [] : [invalid("type", "", `has invalid value: ${type}`)]),
    ...(event.deprecatedFirstTimestamp ? [invalid("firstTimestamp", "", UNSET)] : []),
    ...(event.deprecatedLastTimestamp ? [invalid("lastTimestamp", "", UNSET)] : []),
    ...(event.deprecatedCount ? [invalid("count", "", UNSET)] : []),
    ...(deprecatedSource?.component || deprecatedSource?.host ? [invalid("source", "", UNSET)] : []),
  ];
}
