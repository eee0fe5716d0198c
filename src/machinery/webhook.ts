/** A webhook as those see it who ask one: where it is, and how a question is put to it. What opens the connection is the API server's. */

/** Where a webhook is: the form that every kind of the API gives it. */
export interface WebhookAddress {
  readonly url?: string;
  readonly service?: WebhookService;
  /** Base64 of the PEM of the authorities that its certificate must come from; those that the machine trusts where empty. */
  readonly caBundle?: string;
}

export interface WebhookService {
  readonly namespace: string;
  readonly name: string;
  readonly path?: string;
  /** 443 where absent. */
  readonly port?: number;
}

export interface WebhookCall {
  /** The whole call may take so long; the webhook is told by a query parameter. */
  readonly timeoutMs?: number;
  /** Whoever waits for the answer has gone. */
  readonly signal?: AbortSignal;
  /** Where the call belongs to a trace. */
  readonly traced?: TracedCall | undefined;
}

/** A call to another server as part of a trace. */
export interface TracedCall {
  /** What the other learns of it (W3C trace context). */
  readonly traceparent: string;
  /** The call is over. @param code of the answer; 0 where none came */
  end(code: number): void;
}

export interface WebhookClient {
  /**
   * Posts a JSON document over TLS and follows no redirect.
   * @returns the body of the answer
   * @throws WebhookError in the words that kube-apiserver has for it
   */
  post(where: WebhookAddress, body: string | Uint8Array, call?: WebhookCall): Promise<Buffer>;
}

/** A webhook that wasn't reached, or that answered with an error. */
export class WebhookError extends Error {
  override name = "WebhookError";
  /** The answer's code; 0 where none came. */
  readonly code: number;
  constructor(message: string, code = 0, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
