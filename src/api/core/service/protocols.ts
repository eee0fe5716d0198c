/** The protocols that ports may have. */
export const PROTOCOLS: readonly string[] = ["SCTP", "TCP", "UDP"];
