/** The kinds that are questions, or answers: made at once, never stored. */

import type { Kind } from "../../api/kind.ts";
import type { Handler } from "../call.ts";
import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from "./access-review.ts";
import { getComponentStatus, listComponentStatuses } from "./component-status.ts";
import { selfSubjectReview, selfSubjectRulesReview } from "./self-subject.ts";
import { requestToken, tokenReview } from "./token.ts";

const REVIEWS: ReadonlyMap<string, Handler> = new Map([
  ["authentication.k8s.io/selfsubjectreviews", selfSubjectReview],
  ["authentication.k8s.io/tokenreviews", tokenReview],
  ["authorization.k8s.io/subjectaccessreviews", subjectAccessReview],
  ["authorization.k8s.io/localsubjectaccessreviews", localSubjectAccessReview],
  ["authorization.k8s.io/selfsubjectaccessreviews", selfSubjectAccessReview],
  ["authorization.k8s.io/selfsubjectrulesreviews", selfSubjectRulesReview],
]);

/** @returns what answers at the path without anything stored; undefined where objects are kept */
export function reviewOf({ group, resource, rules }: Kind, subresource: string, verb: string): Handler | undefined {
  if (subresource !== "") return verb === "create" && subresource === "token" && resource === "serviceaccounts" && group === "" ? requestToken : undefined;
  if (!rules.virtual) return undefined;
  if (group === "" && resource === "componentstatuses") return verb === "get" ? getComponentStatus : verb === "list" ? listComponentStatuses : undefined;
  return verb === "create" ? REVIEWS.get(`${group}/${resource}`) : undefined;
}
