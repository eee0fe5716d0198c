/** How many seats a request takes, and for how long after its answer (k8s.io/apiserver, pkg/util/flowcontrol/request). Pure. */

import type { Attributes } from "../../security/attributes.ts";

export interface Work {
  /** Seats while the request runs. */
  readonly initialSeats: number;
  /** Seats that stay taken for a while after: a write's events go to all who watch. */
  readonly finalSeats: number;
  readonly additionalMs: number;
}

export interface Sizes {
  readonly objects: number;
  readonly averageBytes: number;
}

export const ONE_SEAT: Work = { initialSeats: 1, finalSeats: 0, additionalMs: 0 };

const BYTES_PER_SEAT = 100_000;
/** What a list that is sent piece by piece holds at once. */
const STREAMED_BYTES_MAX = 1_000_000;
const LIST_SEATS_MAX = 100;
const WRITE_SEATS_MAX = 10;
const WATCHES_PER_SEAT = 10;
/** What one seat's watches take to be told. */
const EVENT_MS = 5;

/** @param seatsMax of the level; @param sizes of what the list looks at, undefined where nothing is known of the resource */
export function listWork(attributes: Attributes, query: URLSearchParams, sizes: Sizes | undefined, seatsMax: number): Work {
  if (attributes.name !== "" || !sizes) return ONE_SEAT;
  if (attributes.verb === "watch" && !beginsWithList(query)) return ONE_SEAT;
  const limit = Number(query.get("limit") ?? 0);
  const objects = limit > 0 ? Math.min(limit, sizes.objects) : sizes.objects;
  const bytes = Math.min(objects * sizes.averageBytes, STREAMED_BYTES_MAX);
  const seats = Math.max(1, Math.min(Math.ceil(bytes / BYTES_PER_SEAT), seatsMax || LIST_SEATS_MAX, LIST_SEATS_MAX));
  return seats === 1 ? ONE_SEAT : { initialSeats: seats, finalSeats: 0, additionalMs: 0 };
}

/** Whether a watch begins with everything there is. */
function beginsWithList(query: URLSearchParams): boolean {
  const sent = query.get("sendInitialEvents");
  const version = query.get("resourceVersion") ?? "";
  return (sent !== null && sent !== "false" && sent !== "0") || version === "" || version === "0";
}

/** @param watches that the write may concern */
export function writeWork({ resource, subresource }: Attributes, watches: number, seatsMax: number): Work {
  if (watches < WATCHES_PER_SEAT || (resource === "serviceaccounts" && subresource === "token")) return ONE_SEAT;
  const wanted = Math.ceil(watches / WATCHES_PER_SEAT);
  const finalSeats = Math.min(wanted, seatsMax || WRITE_SEATS_MAX, WRITE_SEATS_MAX);
  return { initialSeats: 1, finalSeats, additionalMs: (wanted * EVENT_MS) / finalSeats }; // Narrower, and as much longer.
}
