/** The kinds of resource.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { DeviceClass } from "./device-class.ts";
import { DeviceTaintRule } from "./device-taint-rule.ts";
import { ResourceClaim } from "./resource-claim.ts";
import { ResourceClaimTemplate } from "./resource-claim-template.ts";
import { ResourceSlice } from "./resource-slice.ts";

export const resource: readonly Kind[] = [DeviceClass, DeviceTaintRule, ResourceClaim, ResourceClaimTemplate, ResourceSlice];
