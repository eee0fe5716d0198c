/** `/debug/api_priority_and_fairness/dump_*`: levels, queues and requests as tables that people read (the columns are Kubernetes'). */

import type { Call } from "../call.ts";
import type { EndpointRow } from "../endpoints/table.ts";
import { answerText } from "../respond/text.ts";
import type { FlowControl } from "./flow-control.ts";
import { Queue } from "./queue.ts";
import type { Ticket } from "./ticket.ts";

const ROOT = "/debug/api_priority_and_fairness/";
const CELL_MIN = 8;
/** Queues that a level's table shows: more than anybody reads. */
const QUEUES_MAX = 10_000;

export function dumpEndpoints(flowControl: FlowControl): EndpointRow[] {
  const row = (name: string, dump: (call: Call) => string): EndpointRow => ({
    path: `${ROOT}${name}`,
    methods: ["GET"],
    run: (call) => answerText(call, 200, dump(call)),
  });
  const levels = () => [...flowControl.levels].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return [
    row("dump_priority_levels", () =>
      table(
        LEVELS,
        levels().map(({ name, quiescing, set }) => {
          const active = [...set.queues.values()].filter(({ waiting }) => waiting.length > 0).length;
          const { dispatched, rejected, timedOut, cancelled } = set.totals;
          return [name, active, set.isIdle, quiescing, set.waiting, set.running, dispatched, rejected, timedOut, cancelled];
        }),
      ),
    ),
    row("dump_queues", () =>
      table(
        QUEUES,
        levels().flatMap(({ name, set }) =>
          Array.from({ length: Math.min(set.config.queues, QUEUES_MAX) }, (_, index) => queueRow(name, index, set.queues.get(index))),
        ),
      ),
    ),
    row("dump_requests", (call) => {
      const detailed = (call.query.get("includeRequestDetails") ?? "") !== "";
      const rows = levels().flatMap(({ name, set }) => [
        ...[...set.queues.values()].flatMap(({ index, waiting, running }) => [
          ...waiting.map((ticket, at) => requestRow(name, index, at, ticket, detailed)),
          ...[...running].map((ticket) => requestRow(name, index, -1, ticket, detailed)),
        ]),
        ...[...set.queueless].map((ticket) => requestRow(name, -1, -1, ticket, detailed)),
      ]);
      return table(detailed ? [...REQUESTS, ...DETAILS] : REQUESTS, rows);
    }),
  ];
}

const LEVELS = [
  "PriorityLevelName",
  "ActiveQueues",
  "IsIdle",
  "IsQuiescing",
  "WaitingRequests",
  "ExecutingRequests",
  "DispatchedRequests",
  "RejectedRequests",
  "TimedoutRequests",
  "CancelledRequests",
];
const QUEUES = [
  "PriorityLevelName",
  "Index",
  "PendingRequests",
  "ExecutingRequests",
  "SeatsInUse",
  "NextDispatchR",
  "InitialSeatsSum",
  "MaxSeatsSum",
  "TotalWorkSum",
];
const REQUESTS = [
  "PriorityLevelName",
  "FlowSchemaName",
  "QueueIndex",
  "RequestIndexInQueue",
  "FlowDistingsher", // Spelled as Kubernetes spells it: scripts look for it.
  "ArriveTime",
  "InitialSeats",
  "FinalSeats",
  "AdditionalLatency",
  "StartTime",
];
const DETAILS = ["UserName", "Verb", "APIPath", "Namespace", "Name", "APIVersion", "Resource", "SubResource"];

type Cell = string | number | boolean;

function queueRow(level: string, index: number, queue: Queue | undefined): Cell[] {
  const { waiting, running, seatsInUse, nextDispatchR, waitingSeats, waitingWork } = queue ?? new Queue(index);
  const initialSeats = waiting.reduce((sum, { work }) => sum + work.initialSeats, 0);
  return [level, index, waiting.length, running.size, seatsInUse, seatSeconds(nextDispatchR), initialSeats, waitingSeats, seatSeconds(waitingWork)];
}

function requestRow(level: string, queue: number, at: number, ticket: Ticket, detailed: boolean): Cell[] {
  const { flow, work, arrivedAt, startedAt, attributes, user } = ticket;
  const { initialSeats, finalSeats, additionalMs } = work;
  const started = startedAt === 0 ? "0001-01-01T00:00:00Z" : new Date(startedAt).toISOString();
  const latency = additionalMs === 0 ? "0s" : `${additionalMs}ms`;
  const cells = [level, flow.schema, queue, at, flow.distinguisher, new Date(arrivedAt).toISOString(), initialSeats, finalSeats, latency, started];
  if (!detailed) return cells;
  const { verb, path, namespace, name, group, version, resource, subresource } = attributes;
  return [...cells, user, verb, path, namespace, name, group ? `${group}/${version}` : version, resource, subresource];
}

/** Seat-milliseconds as Kubernetes prints them. */
function seatSeconds(seatMs: number): string {
  return `${(seatMs / 1000).toFixed(8)}ss`;
}

/** Cells with a comma behind each but the last, padded so that columns stand below each other; control characters can't break a line. */
function table(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = [headers, ...rows].map((cells) =>
    cells.map((cell, i) => String(cell).replace(/[\u0000-\u001f\u007f]/g, "?") + (i < cells.length - 1 ? "," : "")),
  );
  const widths = headers.map((_, i) => texts.reduce((widest, cells) => Math.max(widest, cells[i]!.length + 1), CELL_MIN));
  return texts.map((cells) => `${cells.map((cell, i) => (i < cells.length - 1 ? cell.padEnd(widths[i]!) : cell)).join("")}\n`).join("");
}
