/** Whether a scope that has values (a priority class, a volume attributes class) takes an object in. [Kubernetes pkg/apis/core/v1/helper ScopedResourceSelectorRequirementsAsSelector] */

import type { ScopedResourceSelectorRequirement } from "../../tables/core-v1.ts";

/** @param found what the object names: one is enough */
export function matchesValue({ operator, values = [] }: ScopedResourceSelectorRequirement, found: readonly string[]): boolean {
  switch (operator) {
    case "Exists":
      return found.length > 0;
    case "DoesNotExist":
      return found.length === 0;
    case "In":
      return found.some((one) => values.includes(one));
    case "NotIn":
      return found.length === 0 || found.some((one) => !values.includes(one));
    default:
      return false;
  }
}
