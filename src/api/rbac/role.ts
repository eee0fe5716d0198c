/** Roles: what may be done in a namespace. */

import { isPathSegmentName } from "../../machinery/names.ts";
import { kind } from "../declare.ts";
import type { Role as RoleType } from "../tables/rbac-v1.ts";
import { ruleErrors } from "./rules.ts";

export const Role = kind<RoleType>("rbac.authorization.k8s.io/v1", "roles", {
  validate: ({ rules }) => ruleErrors(rules, true),
  validateName: isPathSegmentName,
  createOnUpdate: true,
});
