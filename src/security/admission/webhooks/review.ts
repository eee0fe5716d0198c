/** AdmissionReviews: the question as a webhook gets it, and what may stand in its answer. [k8s.io/apiserver pkg/admission/plugin/webhook/request] */

import type { Kind, KubeObject } from "../../../api/kind.ts";
import { schema } from "../../../api/schemas.ts";
import type { AdmissionResponse, AdmissionReview } from "../../../api/tables/admission-v1.ts";
import { decode } from "../../../machinery/json/decode.ts";
import { DecodeError } from "../../../machinery/json/decode-error.ts";
import { encode } from "../../../machinery/json/encode.ts";
import { stringifyExactly } from "../../../machinery/json/stringify.ts";
import type { User } from "../../user.ts";
import type { AdmissionRequest } from "../plugin.ts";
import type { Invocation } from "./match.ts";

const VERSIONS: readonly string[] = ["v1", "v1beta1"];
const GROUP = "admission.k8s.io";
const REVIEW = schema("admission.v1.AdmissionReview");
/** An answer's patch may be as large as the object that it makes, in base64. */
const BUDGET = { maxBytes: 32 << 20, maxDepth: 500, maxMembers: 100_000 };

/** The object in hand and the one before, in the version that the webhook asks for. */
export interface Versioned {
  readonly kind: Kind;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
}

/** @returns the first version of the review that both sides know. @throws Error where there is none */
export function reviewVersion(versions: readonly string[] | undefined): string {
  const found = versions?.find((version) => VERSIONS.includes(version));
  if (found) return found;
  throw new Error("webhook does not accept known AdmissionReview versions (v1, v1beta1)");
}

/** @returns the review as JSON */
export function reviewJson(version: string, uid: string, request: AdmissionRequest, invocation: Invocation, { kind, object, old }: Versioned): string {
  const { attributes, subresource, name, namespace, operation, user, dryRun, options } = request;
  const asked = {
    uid,
    kind: gvk(kind),
    resource: gvr(invocation.resource),
    ...(subresource && { subResource: subresource }),
    requestKind: gvk(request.kind),
    requestResource: gvr(attributes),
    ...(subresource && { requestSubResource: subresource }),
    ...(name && { name }),
    ...(namespace && { namespace }),
    operation,
    userInfo: userInfo(user),
  };
  const members = JSON.stringify(asked).slice(0, -1);
  const [objectJson, oldJson] = [object, old].map((one) => (one ? objectText(kind, one) : "null"));
  const rest = `"object":${objectJson},"oldObject":${oldJson},"dryRun":${dryRun},"options":${JSON.stringify(options ?? null)}`;
  return `{"kind":"AdmissionReview","apiVersion":"${GROUP}/${version}","request":${members},${rest}}}`;
}

/** Of a custom resource no table says what its members are. */
function objectText({ form, schema: own }: Kind, object: KubeObject): string {
  return form ? stringifyExactly(object) : encode(object, own);
}

function gvk({ group, version, name }: Kind): object {
  return { group, version, kind: name };
}

function gvr({ group, version, resource }: { readonly group: string; readonly version: string; readonly resource: string }): object {
  return { group, version, resource };
}

function userInfo({ name, uid, groups, extra }: User): object {
  return { username: name, ...(uid && { uid }), ...(groups.length > 0 && { groups }), ...(Object.keys(extra).length > 0 && { extra }) };
}

/** @returns the answer, decoded. @throws Error for what is no review of the version that was asked */
export function decodeReview(answer: Uint8Array, version: string): AdmissionReview {
  const review = decodeJson(answer);
  const { apiVersion = "", kind = "" } = review;
  if (kind === "" || apiVersion === "") return review;
  const type = `${apiVersion.split("/").at(-1)}.${kind}`;
  const known = apiVersion === "v1" || VERSIONS.some((one) => apiVersion === `${GROUP}/${one}`);
  if (!known) throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
  if (apiVersion === `${GROUP}/${version}` && kind === "AdmissionReview") return review;
  throw new Error(`converting (${type}) to (${version}.AdmissionReview): unknown conversion`);
}

function decodeJson(answer: Uint8Array): AdmissionReview {
  try {
    return decode<AdmissionReview>(answer, REVIEW, BUDGET).value;
  } catch (error) {
    throw error instanceof DecodeError ? new Error(error.message) : error;
  }
}

/** @returns what the webhook says. @throws Error for what is no answer to the review with this identity */
export function responseOf({ apiVersion = "", kind = "", response }: AdmissionReview, version: string, uid: string, mutating: boolean): AdmissionResponse {
  if (!response) throw new Error("webhook response was absent");
  if (version === "v1") {
    if (response.uid !== uid) throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? "")}`);
    if (apiVersion === "" || kind === "") {
      throw new Error(`expected webhook response of ${GROUP}/v1, Kind=AdmissionReview, got ${apiVersion || "/"}, Kind=${kind}`);
    }
    checkPatch(response, mutating);
    return response;
  }
  const { patch, patchType: _, ...rest } = response;
  return mutating && patch ? { ...rest, patch, patchType: "JSONPatch" } : rest;
}

function checkPatch({ patch = "", patchType }: AdmissionResponse, mutating: boolean): void {
  if (!mutating) {
    if (patch) throw new Error("validating webhook may not return response.patch");
    if (patchType !== undefined) throw new Error("validating webhook may not return response.patchType");
    return;
  }
  if (patch && patchType === undefined) throw new Error("webhook returned response.patch but not response.patchType");
  if (!patch && patchType !== undefined) throw new Error("webhook returned response.patchType but not response.patch");
  if (patchType === "") throw new Error('webhook returned invalid response.patchType of ""');
}
