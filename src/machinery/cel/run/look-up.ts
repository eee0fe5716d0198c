/** One link of a chain: a field, an item, an entry. Of an optional value it gives an optional value. [cel-go interpreter/attributes.go] */

import { find, findOptional, index } from "../functions/operators.ts";
import { CelError, CelList, CelMap, isError, Optional, type Value } from "../values/value.ts";

/** `a.field`, or whether there is one. */
export function selected(value: Value, field: string, test: boolean): Value {
  if (value instanceof Optional) {
    if (value.value === undefined) return test ? false : value;
    const inside = findOptional(value.value, field);
    return test ? inside instanceof Optional && inside.value !== undefined : inside;
  }
  if (isError(value)) return value;
  if (value instanceof CelList) return new CelError("unsupported index type 'string' in list");
  const found = value instanceof CelMap ? value.find(field) : undefined;
  if (test) return found !== undefined && isError(found) ? found : found !== undefined;
  return found === undefined ? new CelError(`no such key: ${field}`) : found;
}

interface Found {
  readonly value: Value;
  readonly found: boolean;
}

/** `a[key]` */
export function indexed(container: Value, key: Value): Found {
  if (container instanceof Optional) return indexedOptional(container, key);
  return { value: index(container, key), found: true };
}

/** `a[?key]` and `a.?key` */
export function indexedOptional(container: Value, key: Value): Found {
  if (container instanceof Optional) return container.value === undefined ? { value: Optional.none, found: false } : indexedOptional(container.value, key);
  const value = container === null || typeof container !== "object" ? undefined : find(container, key);
  if (value === undefined) return { value: Optional.none, found: false };
  return { value: isError(value) ? value : new Optional(value), found: true };
}
