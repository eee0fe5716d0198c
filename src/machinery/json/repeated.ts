/** What strict reading says of a document whose schema isn't looked at: members that stand there twice, by their paths (sigs.k8s.io/json). */

import { type DocumentValue, Members } from "./document.ts";

/** @returns `duplicate field "spec.containers[0].image"` for each, in the order of the text */
export function repeatedMembers(document: DocumentValue): string[] {
  const found: string[] = [];
  walk(document, "", found);
  return found;
}

function walk(value: DocumentValue, path: string, found: string[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) if (typeof item === "object") walk(item, `${path}[${index}]`, found);
  } else if (value instanceof Members) {
    const seen = new Set<string>();
    for (let index = 0; index < value.size; index++) {
      const key = value.key(index);
      const at = path === "" ? key : `${path}.${key}`;
      if (seen.has(key)) found.push(`duplicate field ${JSON.stringify(at)}`);
      seen.add(key);
      const member = value.value(index);
      if (typeof member === "object") walk(member, at, found);
    }
  }
}
