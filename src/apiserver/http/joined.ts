/** Several messages as one piece. */

/** Many watchers are sent the same events one after the other: the piece that was made last is kept for the next of them. */
let last: { readonly parts: readonly Uint8Array[]; readonly whole: Uint8Array } | undefined;

/** @returns the bytes of all of them, which nobody may change */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  if (!last || last.parts.length !== parts.length || !parts.every((part, i) => part === last!.parts[i])) last = { parts, whole: Buffer.concat(parts) };
  return last.whole;
}
