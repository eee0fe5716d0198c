/** Every controller: one file each, one line here. */

import type { AnyController } from "../client/controller.ts";
import replicaset from "./replicaset.ts";

export const controllers: readonly AnyController[] = [replicaset];
