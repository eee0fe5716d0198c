/** Who asks: what an authenticator found out, and how it knows. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  /** Null-prototype: keys come from certificates and tokens. */
  readonly extra: Readonly<Record<string, readonly string[]>>;
  /** How the caller came in: `x509`, `serviceaccount`, `bootstrap` … */
  readonly via: string;
}
