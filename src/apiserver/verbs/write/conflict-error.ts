/** Someone else wrote first: not yet an answer, since a write without a precondition is simply tried again. */
export class ConflictError extends Error {
  override name = "ConflictError";
}
