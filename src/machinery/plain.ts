/** Plain JSON data in memory: reading, copying and comparing it so that a user's key is never more than a key. */

/** A JSON object. User-keyed ones have no prototype; those of structs may have one, so every read of a user's key asks `hasOwn`. */
export type Plain = Record<string, unknown>;

export function isObject(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @returns the object's own member, also for keys such as `constructor` and `__proto__` */
export function own(object: Plain, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a member of a copy that the caller made; `__proto__` is a key like any other. */
export function put(object: Plain, key: string, value: unknown): void {
  if (key === "__proto__") Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** @returns a copy one level deep, with a prototype exactly where the original has one */
export function shallow(object: Plain): Plain {
  return Object.getPrototypeOf(object) === null ? Object.assign(Object.create(null), object) : { ...object };
}

/** @returns an object without a prototype and without members */
export function emptyMap(): Plain {
  return Object.create(null);
}

/** Deep equality of JSON data; the order of an object's members doesn't matter. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Plain;
  const right = b as Plain;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) if (!Object.hasOwn(right, key) || !equal(left[key], right[key])) return false;
  return true;
}

/** @returns an estimate of the value's length as JSON, by which copies are budgeted */
export function jsonSize(value: unknown): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return String(value).length;
  let size = 2;
  if (Array.isArray(value)) for (const item of value) size += jsonSize(item) + 1;
  else for (const key of Object.keys(value)) size += key.length + 4 + jsonSize((value as Plain)[key]);
  return size;
}

/** @returns the value as Go prints it with %v, which is how it stands in some of Kubernetes' messages: `map[a:1 b:[x y]]` */
export function asGoPrints(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asGoPrints).join(" ")}]`;
  if (isObject(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${asGoPrints(value[key])}`)
      .join(" ")}]`;
  return value === null || value === undefined ? "<nil>" : String(value);
}
