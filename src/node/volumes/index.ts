/** The kinds of volumes that a node can make. */

import { configMapVolume } from "./config-map.ts";
import { downwardApiVolume } from "./downward-api.ts";
import { emptyDirVolume } from "./empty-dir.ts";
import { hostPathVolume } from "./host-path.ts";
import { projectedVolume } from "./projected.ts";
import { secretVolume } from "./secret.ts";
import type { VolumeKind } from "./volume-kind.ts";

export const volumeKinds: readonly VolumeKind[] = [emptyDirVolume, configMapVolume, secretVolume, projectedVolume, downwardApiVolume, hostPathVolume];
