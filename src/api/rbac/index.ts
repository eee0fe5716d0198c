/** The kinds of rbac.authorization.k8s.io/v1. Their names may hold what other names can't: `system:node`. */

import type { Kind } from "../kind.ts";
import { ClusterRoleBinding, RoleBinding } from "./binding.ts";
import { ClusterRole } from "./cluster-role.ts";
import { Role } from "./role.ts";

export const rbac: readonly Kind[] = [Role, ClusterRole, RoleBinding, ClusterRoleBinding];
