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
    dryRun: query.getAll("dryRun"),
    ...(unsafe !== undefined && { [UNSAFE]: unsafe }),
  };
}

/** To give up what can't be read is asked for alone, and of one object. */
function unsafeErrors(given: Given, verb: string): FieldError[] {
  if (!given[UNSAFE]) return [];
  if (verb === "deletecollection") return [invalid(UNSAFE, true, "is not allowed with DELETECOLLECTION, try again after removing the option")];
  const others = ["propagationPolicy", "orphanDependents", "gracePeriodSeconds", "preconditions"] as const;
  return others.filter((name) => given[name] !== undefined).map((name) => invalid(UNSAFE, true, `cannot be set together with .${name}`));
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
