/** The limits of the front door, each by name: what one client can make this process hold, and for how long. */

/** A TLS handshake that takes longer is cut. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A client's certificate with its intermediates. */
export const MAX_CHAIN_LENGTH = 5;
/** Request line and headers together. Room for a long label selector, none for a flood. */
export const MAX_HEADER_BYTES = 64 * 1024;
export const MAX_HEADER_COUNT = 128;
/** HTTP/1.1: from the first byte of a request to the end of its headers. HTTP/2 bounds header frames by count and size. */
export const HEADERS_TIMEOUT_MS = 10_000;
/** From the moment that a handler asks for a body until its last byte. */
export const BODY_TIMEOUT_MS = 30_000;
/** Open requests on one HTTP/2 connection; watches count. Clients open another connection beyond it. */
export const MAX_STREAMS_PER_CONNECTION = 500;
/** Bytes of one request's body that may wait unread: what a caller that isn't known yet can make the server keep. */
export const STREAM_WINDOW_BYTES = 128 * 1024;
export const CONNECTION_WINDOW_BYTES = 1024 * 1024;
/** CVE-2023-44487 (rapid reset): a burst of resets, then so many a second, then the connection is closed. */
export const STREAM_RESET_BURST = 1000;
export const STREAM_RESETS_PER_SECOND = 100;
/** A connection without an open request is closed after so long. */
export const IDLE_TIMEOUT_MS = 180_000;
export const MAX_CONNECTIONS = 10_000;
/** After so long a silence the kernel asks whether the client is still there. */
export const KEEP_ALIVE_MS = 30_000;
