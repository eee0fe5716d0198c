/** All kinds that are built in: those with rules of their own, and the rest as the tables have them. */

import { admissionregistration } from "./admissionregistration/index.ts";
import { apiextensions } from "./apiextensions/index.ts";
import { apiregistration } from "./apiregistration/index.ts";
import { apps } from "./apps/index.ts";
import { autoscaling } from "./autoscaling/index.ts";
import { batch } from "./batch/index.ts";
import { certificates } from "./certificates/index.ts";
import { coordination } from "./coordination/index.ts";
import { core } from "./core/index.ts";
import { kindOf } from "./declare.ts";
import { discovery } from "./discovery/index.ts";
import { events } from "./events/index.ts";
import { flowcontrol } from "./flowcontrol/index.ts";
import type { Kind } from "./kind.ts";
import { networking } from "./networking/index.ts";
import { node } from "./node/index.ts";
import { policy } from "./policy/index.ts";
import { rbac } from "./rbac/index.ts";
import { resource } from "./resource/index.ts";
import { scheduling } from "./scheduling/index.ts";
import { storage } from "./storage/index.ts";
import { storagemigration } from "./storagemigration/index.ts";
import { resources } from "./tables/resources.ts";

/** Kinds with rules: each folder's list. */
const declared: readonly Kind[] = [
  ...core,
  ...apps,
  ...rbac,
  ...admissionregistration,
  ...apiextensions,
  ...apiregistration,
  ...autoscaling,
  ...batch,
  ...certificates,
  ...coordination,
  ...discovery,
  ...events,
  ...flowcontrol,
  ...networking,
  ...node,
  ...policy,
  ...resource,
  ...scheduling,
  ...storage,
  ...storagemigration,
];

const byPath = new Map(declared.map((kind) => [`${kind.apiVersion}/${kind.resource}`, kind]));

/** Every kind, in the order of discovery. */
export const kinds: readonly Kind[] = resources.map((row) => byPath.get(`${row.group ? `${row.group}/` : ""}${row.version}/${row.resource}`) ?? kindOf(row));
