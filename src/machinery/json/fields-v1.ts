/** Writes FieldsV1, the largest part of many objects, once for as long as its tree lives. */

/** Sets of fields are never changed once made, and an entry that nobody touches is written again and again. */
const written = new WeakMap<object, string>();
/** What JSON.stringify writes otherwise than Go does. */
const UNLIKE_GO = /[<>&\u2028\u2029]|\\u/;

/** @param encodeRaw writes any JSON, for what is no ordinary set of fields */
export function encodeFieldsV1(value: unknown, encodeRaw: (value: unknown) => string): string {
  if (typeof value !== "object" || value === null) return encodeRaw(value);
  let text = written.get(value);
  if (text === undefined) {
    text = stringified(value) ?? encodeRaw(value);
    written.set(value, text);
  }
  return text;
}

function stringified(value: object): string | undefined {
  try {
    const text = JSON.stringify(value);
    return UNLIKE_GO.test(text) ? undefined : text;
  } catch {
    return undefined; // A bigint, in what a client calls a set of fields.
  }
}
