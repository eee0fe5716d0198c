/** JSON merge patch (RFC 7386). */

import { isObject, own, type Plain, put, shallow } from "../plain.ts";
import { badRequest } from "../status/status-error.ts";

/**
 * @param object the live object, which stays as it is; what the patch doesn't touch is shared with the result
 * @param patch the decoded document
 * @returns the patched document, not yet checked against the schema
 * @throws StatusError 400 for a document that is not an object
 */
export function mergePatch(object: Plain, patch: unknown): Plain {
  if (patch === null) throw badRequest("Invalid JSON Patch");
  if (!isObject(patch)) {
    const kind = Array.isArray(patch) ? "array" : typeof patch === "boolean" ? "bool" : typeof patch === "string" ? "string" : "number";
    throw badRequest(`error decoding patch: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
  }
  return merged(object, patch);
}

function merged(object: Plain, patch: Plain): Plain {
  const result = shallow(object);
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) {
      delete result[key];
    } else {
      const current = own(object, key);
      put(result, key, isObject(current) && isObject(value) ? merged(current, value) : withoutNulls(value));
    }
  }
  return result;
}

/** What a patch adds: null members are left out at any depth, nulls in arrays stay. @returns the value itself where there is nothing to leave out */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls);
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (!isObject(value)) return value;
  let result = value;
  for (const key of Object.keys(value)) {
    const member = value[key];
    const cleaned = withoutNulls(member);
    if (cleaned === member && member !== null) continue;
    if (result === value) result = shallow(value);
    if (member === null) delete result[key];
    else put(result, key, cleaned);
  }
  return result;
}
