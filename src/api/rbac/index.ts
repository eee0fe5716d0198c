/** The kinds of rbac.authorization.k8s.io/v1. Their names may hold what other names can't: `system:node`. */

import { isPathSegmentName } from "../../machinery/names.ts";
import { kind } from "../declare.ts";
import type { Kind } from "../kind.ts";

const V1 = "rbac.authorization.k8s.io/v1";
const rules = { validateName: isPathSegmentName, createOnUpdate: true } as const;

export const rbac: readonly Kind[] = [
  kind(V1, "roles", rules),
  kind(V1, "clusterroles", rules),
  kind(V1, "rolebindings", rules),
  kind(V1, "clusterrolebindings", rules),
];
