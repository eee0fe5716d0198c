/** The newer face of events and their stored form, which is that of core/v1: the same facts under other names. [Kubernetes pkg/apis/events/v1/conversion.go] */

import type { Event as CoreEvent } from "../tables/core-v1.ts";
import type { Event } from "../tables/events-v1.ts";

export function toCore(event: Event): CoreEvent {
  const { regarding, note, reportingController, deprecatedSource, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount, ...same } = event;
  return {
    ...same,
    involvedObject: regarding ?? {},
    reportingComponent: reportingController ?? "",
    reportingInstance: event.reportingInstance ?? "",
    source: deprecatedSource ?? {},
    ...(note !== undefined && { message: note }),
    ...(deprecatedFirstTimestamp !== undefined && { firstTimestamp: deprecatedFirstTimestamp }),
    ...(deprecatedLastTimestamp !== undefined && { lastTimestamp: deprecatedLastTimestamp }),
    ...(deprecatedCount !== undefined && { count: deprecatedCount }),
  };
}

export function fromCore(event: CoreEvent): Event {
  const { involvedObject, message, reportingComponent, source, firstTimestamp, lastTimestamp, count, series, ...same } = event;
  return {
    ...same,
    regarding: involvedObject,
    ...(series && { series: { ...series, count: series.count ?? 0 } }),
    ...(message !== undefined && { note: message }),
    ...(reportingComponent !== undefined && { reportingController: reportingComponent }),
    ...(source !== undefined && { deprecatedSource: source }),
    ...(firstTimestamp !== undefined && { deprecatedFirstTimestamp: firstTimestamp }),
    ...(lastTimestamp !== undefined && { deprecatedLastTimestamp: lastTimestamp }),
    ...(count !== undefined && { deprecatedCount: count }),
  };
}
