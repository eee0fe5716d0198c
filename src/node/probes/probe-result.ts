/** What one try of a probe found. */

export interface ProbeResult {
  readonly ok: boolean;
  /** It worked, but not as it should. */
  readonly warning?: true;
  readonly message: string;
}
