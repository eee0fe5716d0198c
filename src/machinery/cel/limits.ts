/** What evaluation may cost, in Kubernetes' units: about a million a tenth of a second. [Kubernetes' apiserver pkg/apis/cel/config.go] */

/** One evaluation of one expression. */
export const PER_CALL_LIMIT = 1_000_000;
/** All rules of one object, or all expressions of one policy. */
export const PER_OBJECT_LIMIT = 10_000_000;
/** All match conditions of one webhook or policy. */
export const MATCH_CONDITIONS_LIMIT = 2_500_000;
/** A message that an expression made. */
export const MESSAGE_BYTES_MAX = 5 * 1024;
/** A request's body: nothing in it can be larger. */
export const REQUEST_BYTES_MAX = 3 * 1024 * 1024;
