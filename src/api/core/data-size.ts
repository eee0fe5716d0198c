/** How much a ConfigMap or a Secret may hold. */

/** 1 MiB: more would be too much for the store's transactions and for every watcher. */
export const DATA_BYTES_MAX = 1 << 20;

/** The length of what the base64 text stands for. */
export function decodedBytes(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}
