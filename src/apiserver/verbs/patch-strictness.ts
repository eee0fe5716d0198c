/** What strict field validation says of a patch document itself, before it is looked at what it makes of the object (k8s.io/apiserver, pkg/endpoints/handlers/patch.go). */

import { type DocumentValue, Members } from "../../machinery/json/document.ts";
import { repeatedMembers } from "../../machinery/json/repeated.ts";

const OPERATION: ReadonlySet<string> = new Set(["op", "path", "from", "value"]);

/** Of a merge or strategic merge patch: members that stand there twice. Those that nobody knows show in the patched object. */
export function patchFaults(document: DocumentValue): string[] {
  return repeatedMembers(document);
}

/** Of a JSON patch: members of its operations that stand there twice, or that operations don't have. */
export function jsonPatchFaults(document: DocumentValue): string[] {
  if (!Array.isArray(document)) return [];
  return document.flatMap((operation, index) => {
    const unknown: string[] = [];
    if (operation instanceof Members) {
      for (let at = 0; at < operation.size; at++) {
        const key = operation.key(at);
        if (!OPERATION.has(key)) unknown.push(`unknown field "[${index}].${key}"`);
      }
    }
    const repeated = repeatedMembers(operation).map((fault) => fault.replace('"', `"[${index}].`));
    return [...repeated, ...unknown].map((fault) => `json patch ${fault}`);
  });
}
