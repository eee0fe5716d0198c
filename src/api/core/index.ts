/** The kinds of core/v1 that have rules. */

import type { Kind } from "../kind.ts";
import { Binding } from "./binding.ts";
import { ComponentStatus } from "./component-status.ts";
import { ConfigMap } from "./config-map.ts";
import { Endpoints } from "./endpoints.ts";
import { Event } from "./event.ts";
import { LimitRange } from "./limit-range.ts";
import { Namespace } from "./namespace.ts";
import { Node } from "./node.ts";
import { PersistentVolume } from "./persistent-volume.ts";
import { PersistentVolumeClaim } from "./persistent-volume-claim.ts";
import { Pod } from "./pod.ts";
import { PodTemplate } from "./pod-template.ts";
import { ReplicationController } from "./replication-controller.ts";
import { ResourceQuota } from "./resource-quota.ts";
import { Secret } from "./secret.ts";
import { Service } from "./service.ts";
import { ServiceAccount } from "./service-account.ts";

export const core: readonly Kind[] = [
  Binding,
  ComponentStatus,
  ConfigMap,
  Endpoints,
  Event,
  LimitRange,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceQuota,
  Namespace,
  Node,
  Pod,
  PodTemplate,
  ReplicationController,
  Secret,
  Service,
  ServiceAccount,
];
