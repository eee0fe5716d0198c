/** A refusal that is text and not a Status: what Kubernetes answers outside the API's own paths. */

export class PlainError extends Error {
  override name = "PlainError";
  readonly code: number;
  readonly retryAfterSeconds: number | undefined;
  constructor(code: number, text: string, retryAfterSeconds?: number) {
    super(text);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A path that nothing stands behind. */
export function pageNotFound(): PlainError {
  return new PlainError(404, "404 page not found");
}
