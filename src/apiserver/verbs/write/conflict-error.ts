/** Someone else wrote first: not yet an answer, since a write without a precondition is simply tried again. */
export class ConflictError extends Error {
  override name = "ConflictError";
  /** The object itself stands as it was: what changed is something that is written with it. */
  readonly elsewhere: boolean;
  constructor(message: string, elsewhere = false) {
    super(message);
    this.elsewhere = elsewhere;
  }
}
