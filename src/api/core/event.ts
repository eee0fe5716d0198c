/** Events: what happened to objects, kept for an hour. The newer face of the same objects is in events.k8s.io. */

import { isPathSegmentName } from "../../machinery/names.ts";
import { kind } from "../declare.ts";
import { column, nameColumn, wide } from "../meta/columns.ts";
import { ageOf } from "../meta/human-duration.ts";
import type { Event as EventType } from "../tables/core-v1.ts";
import { eventErrors } from "./event/validate.ts";

const HOUR = 3600;

export const Event = kind<EventType>("v1", "events", {
  validate: (event) => eventErrors(event, "reportingComponent"),
  columns: [
    column("Last Seen", "string", "How long ago it happened last.", lastSeen),
    column("Type", "string", "Normal or Warning.", ({ type }) => type ?? ""),
    column("Reason", "string", "Why, in a word.", ({ reason }) => reason ?? ""),
    column(
      "Object",
      "string",
      "What it happened to.",
      ({ involvedObject: { kind: name = "", name: object } }) => `${name.toLowerCase()}${object ? `/${object}` : ""}`,
    ),
    wide("Subobject", "Which part of it.", ({ involvedObject }) => involvedObject.fieldPath ?? ""),
    wide("Source", "Who says so.", sourceCell),
    column("Message", "string", "What happened.", ({ message }) => (message ?? "").trim()),
    wide("First Seen", "How long ago it happened first.", firstSeen),
    wide("Count", "How often it happened.", ({ count, series }) => series?.count ?? (series ? 0 : count || 1)),
    { ...nameColumn, priority: 1 },
  ],
  selectableFields: {
    "involvedObject.kind": ({ involvedObject }) => involvedObject.kind ?? "",
    "involvedObject.namespace": ({ involvedObject }) => involvedObject.namespace ?? "",
    "involvedObject.name": ({ involvedObject }) => involvedObject.name ?? "",
    "involvedObject.uid": ({ involvedObject }) => involvedObject.uid ?? "",
    "involvedObject.apiVersion": ({ involvedObject }) => involvedObject.apiVersion ?? "",
    "involvedObject.resourceVersion": ({ involvedObject }) => involvedObject.resourceVersion ?? "",
    "involvedObject.fieldPath": ({ involvedObject }) => involvedObject.fieldPath ?? "",
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? "",
    source: ({ source, reportingComponent }) => source?.component || reportingComponent || "",
    type: ({ type }) => type ?? "",
  },
  createOnUpdate: true,
  metadataLast: true,
  validateName: isPathSegmentName,
  ttlSeconds: HOUR,
});

function firstSeen({ firstTimestamp, eventTime }: EventType, now: number): string {
  return ageOf(firstTimestamp ?? eventTime, now);
}

function lastSeen(event: EventType, now: number): string {
  if (event.series) return ageOf(event.series.lastObservedTime, now);
  return event.lastTimestamp ? ageOf(event.lastTimestamp, now) : firstSeen(event, now);
}

function sourceCell({ source, reportingComponent, reportingInstance }: EventType): string {
  const component = source?.component || reportingComponent || "";
  const instance = source?.host || reportingInstance || "";
  return instance ? `${component}, ${instance}` : component;
}
