/** Certificate requests: the server itself says who asks, and only `approval` may approve or deny. */

import type { KubeObject } from "../../api/kind.ts";
import { timestamp } from "../../machinery/clock.ts";
import type { Write } from "../verbs/write/write.ts";

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastUpdateTime?: string;
  lastTransitionTime?: string;
}

interface Request extends KubeObject {
  spec?: { username?: string; uid?: string; groups?: string[]; extra?: Record<string, string[]> };
  status?: { conditions?: Condition[]; certificate?: string };
}

const VERDICTS: ReadonlySet<string> = new Set(["Approved", "Denied"]);

/** Whatever the kind's own rules left: signers trust these fields. */
export function guardRequest(write: Write): void {
  if (write.last) guardChange(write, write.last);
  else stampRequester(write.next, write.call.user);
}

function guardChange({ call, subresource, next }: Write, last: KubeObject): void {
  const request = next as Request;
  const before = last as Request;
  if (before.spec) request.spec = before.spec;
  else delete request.spec;
  if (subresource === "") keepStatus(request, before);
  else if (subresource === "status") keepVerdicts(request, before);
  else if (subresource === "approval") keepAllButConditions(request, before);
  if (subresource !== "") setTimes(request, before, timestamp(call.context.clock.now()));
}

function stampRequester(object: KubeObject, { name, uid, groups, extra }: Write["call"]["user"]): void {
  const request = object as Request;
  const { username: _, uid: __, groups: ___, extra: ____, ...asked } = request.spec ?? {};
  request.spec = {
    ...asked,
    username: name,
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups: [...groups] }),
  };
  const keys = Object.keys(extra);
  if (keys.length > 0) request.spec.extra = Object.assign(Object.create(null), Object.fromEntries(keys.map((key) => [key, [...(extra[key] ?? [])]])));
  delete request.status;
}

function keepStatus(request: Request, before: Request): void {
  if (before.status) request.status = before.status;
  else delete request.status;
}

/**
 * Verdicts stay as they were. Those that are there are put back as they were before; adding or taking away one is for validation to refuse,
 * which sees only what isn't like it was.
 */
function keepVerdicts(request: Request, before: Request): void {
  for (const verdict of VERDICTS) {
    const isOne = ({ type }: Condition) => type === verdict;
    const kept = (before.status?.conditions ?? []).filter(isOne);
    const conditions = request.status?.conditions ?? [];
    if (conditions.filter(isOne).length !== kept.length) continue;
    let at = 0;
    setConditions(
      request,
      conditions.map((condition) => (isOne(condition) ? (kept[at++] as Condition) : condition)),
    );
  }
}

function keepAllButConditions(request: Request, before: Request): void {
  const conditions = request.status?.conditions ?? [];
  request.status = { ...before.status };
  setConditions(request, conditions);
}

function setConditions(request: Request, conditions: Condition[]): void {
  const status = { ...request.status };
  if (conditions.length > 0) status.conditions = conditions;
  else delete status.conditions;
  if (Object.keys(status).length > 0) request.status = status;
  else delete request.status;
}

function setTimes({ status }: Request, before: Request, now: string): void {
  for (const condition of status?.conditions ?? []) {
    condition.lastUpdateTime ||= now;
    if (condition.lastTransitionTime) continue;
    const old = before.status?.conditions?.find(({ type }) => type === condition.type);
    condition.lastTransitionTime = old?.lastTransitionTime && old.status === condition.status ? old.lastTransitionTime : now;
  }
}
