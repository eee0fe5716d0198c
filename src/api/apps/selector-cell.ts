/** A selector as `kubectl get -o wide` shows it. */

import { labelSelector } from "../../machinery/selectors/labels.ts";
import type { LabelSelector } from "../tables/meta-v1.ts";

export function selectorCell(selector: LabelSelector | undefined): string {
  try {
    const parsed = labelSelector(selector);
    return parsed.isNothing || parsed.isEverything ? "<none>" : parsed.toString();
  } catch {
    return "<error>";
  }
}
