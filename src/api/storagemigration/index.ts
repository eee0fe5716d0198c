/** The kinds of storagemigration.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { StorageVersionMigration } from "./storage-version-migration.ts";

export const storagemigration: readonly Kind[] = [StorageVersionMigration];
