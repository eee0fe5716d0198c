/** The kinds that are questions: answered at once, never stored. */

import type { Kind } from "../../api/kind.ts";
import type { Handler } from "../call.ts";
import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from "./access-review.ts";
import { selfSubjectReview, selfSubjectRulesReview } from "./self-subject.ts";

const REVIEWS: ReadonlyMap<string, Handler> = new Map([
  ["authentication.k8s.io/selfsubjectreviews", selfSubjectReview],
  ["authorization.k8s.io/subjectaccessreviews", subjectAccessReview],
  ["authorization.k8s.io/localsubjectaccessreviews", localSubjectAccessReview],
  ["authorization.k8s.io/selfsubjectaccessreviews", selfSubjectAccessReview],
  ["authorization.k8s.io/selfsubjectrulesreviews", selfSubjectRulesReview],
]);

/** @returns what answers a create of the kind; undefined for kinds that are no questions */
export function reviewOf({ group, resource }: Kind): Handler | undefined {
  return REVIEWS.get(`${group}/${resource}`);
}
