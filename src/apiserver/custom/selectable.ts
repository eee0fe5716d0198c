/** Fields of custom resources that field selectors may name. */

import type { KubeObject } from "../../api/kind.ts";
import { findAll } from "../../machinery/json-path/find.ts";
import { parsePath } from "../../machinery/json-path/parse.ts";

/** @param paths as definitions write them: `.spec.color` is selected by as `spec.color` */
export function selectableFields(paths: readonly string[]): Record<string, (object: KubeObject) => string> {
  const fields: Record<string, (object: KubeObject) => string> = Object.create(null);
  for (const path of paths) {
    const steps = parsePath(path); // Validation let it through.
    fields[path.replace(/^\./, "")] = (object) => {
      const value = findAll(steps, object)[0];
      return value === undefined || value === null ? "" : String(value);
    };
  }
  return fields;
}
