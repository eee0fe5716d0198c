/** What a deletion is asked: DeleteOptions from the body or, without one, from the query. */

import { type FieldError, invalid, notSupported } from "../../machinery/status/field-error.ts";
import { badRequest, invalidObject } from "../../machinery/status/status-error.ts";
import type { Call } from "../call.ts";
import { decodeOptions } from "../registry/body-codec.ts";
import type { DeleteOptions } from "../registry/deletion.ts";
import { flag, integer } from "./query.ts";
import { type Body, readBody } from "./write/body.ts";

interface Given {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
  readonly ignoreStoreReadErrorWithClusterBreakingPotential?: boolean;
}

const UNSAFE = "ignoreStoreReadErrorWithClusterBreakingPotential";

/** @throws StatusError 400 for what can't be read, 422 for what doesn't go together */
export async function deleteOptions(call: Call): Promise<DeleteOptions> {
  const body = await readBody(call);
  const given = body.bytes.length > 0 ? fromBody(body) : fromQuery(call.query);
  const errors = [...wrong(given), ...unsafeErrors(given, call.attributes.verb)];
  if (errors.length > 0) throw invalidObject({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
  return {
    gracePeriodSeconds: given.gracePeriodSeconds,
    propagationPolicy: given.propagationPolicy as DeleteOptions["propagationPolicy"], // Checked above.
    orphanDependents: given.orphanDependents,
    preconditions: given.preconditions,
    dryRun: (given.dryRun?.length ?? 0) > 0,
    ...(given[UNSAFE] && { ignoreReadErrors: true }),
  };
}

function fromBody(body: Body): Given {
  const given = decodeOptions(body, "DeleteOptions") ?? {}; // A body of null.
  const { kind } = given as { kind?: string };
  if (kind !== undefined && kind !== "DeleteOptions") throw badRequest("decoded object cannot be converted to DeleteOptions");
  return given as Given;
}

function fromQuery(query: URLSearchParams): Given {
  const policy = query.get("propagationPolicy");
  const grace = integer(query, "gracePeriodSeconds");
  const orphan = flag(query, "orphanDependents");
  const unsafe = flag(query, UNSAFE);
  return {
    ...(grace !== undefined && { gracePeriodSeconds: grace }),
    ...(policy !== null && { propagationPolicy: policy }),
    ...(orphan !== undefined && { orphanDependents: orphan }),
    ...preconditionsOf(query),
    dryRun: query.getAll("dryRun"),
    ...(unsafe !== undefined && { [UNSAFE]: unsafe }),
  };
}

/** Of a collection they are those of each of its objects. */
function preconditionsOf(query: URLSearchParams): Pick<Given, "preconditions"> {
  const uid = query.get("uid") || undefined;
  const resourceVersion = query.get("resourceVersion") || undefined;
  if (uid === undefined && resourceVersion === undefined) return {};
  return { preconditions: { ...(uid !== undefined && { uid }), ...(resourceVersion !== undefined && { resourceVersion }) } };
}

/** To give up what can't be read is asked for alone, and of one object. */
function unsafeErrors(given: Given, verb: string): FieldError[] {
  if (!given[UNSAFE]) return [];
  const others = ["propagationPolicy", "orphanDependents", "gracePeriodSeconds", "preconditions"] as const;
  const errors = others.filter((name) => given[name] !== undefined).map((name) => invalid(UNSAFE, true, `cannot be set together with .${name}`));
  if (errors.length > 0 || verb !== "deletecollection") return errors;
  return [invalid(UNSAFE, true, "is not allowed with DELETECOLLECTION, try again after removing the option")];
}

function wrong({ propagationPolicy, orphanDependents, dryRun = [] }: Given): FieldError[] {
  const errors: FieldError[] = [];
  if (orphanDependents !== undefined && propagationPolicy !== undefined) {
    errors.push(invalid("propagationPolicy", propagationPolicy, "orphanDependents and deletionPropagation cannot be both set"));
  }
  if (propagationPolicy !== undefined && !["Foreground", "Background", "Orphan"].includes(propagationPolicy)) {
    errors.push(notSupported("propagationPolicy", propagationPolicy, ["Foreground", "Background", "Orphan", "nil"], "given"));
  }
  if (dryRun.some((value) => value !== "All")) errors.push(notSupported("dryRun", dryRun, ["All"]));
  return errors;
}
