/** The kinds of core/v1 that have rules. */

import type { Kind } from "../kind.ts";
import { ConfigMap } from "./config-map.ts";
import { Namespace } from "./namespace.ts";
import { Pod } from "./pod.ts";
import { Secret } from "./secret.ts";
import { ServiceAccount } from "./service-account.ts";

export const core: readonly Kind[] = [ConfigMap, Namespace, Pod, Secret, ServiceAccount];
