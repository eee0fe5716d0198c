/** The default cluster roles of the controllers of nodes, volumes and services: what pods run on and are reached by. */

import type { RoleRow } from "./row.ts";

export const INFRASTRUCTURE_CONTROLLERS: readonly RoleRow[] = [
  {
    name: "system:controller:attachdetach-controller",
    rules: [
      "list,watch core persistentvolumeclaims,persistentvolumes",
      "get,list,watch core nodes",
      "patch,update core nodes/status",
      "list,watch core pods",
      "create,patch,update core,events.k8s.io events",
      "create,delete,get,list,watch storage.k8s.io volumeattachments",
      "get,list,watch storage.k8s.io csidrivers",
      "get,list,watch storage.k8s.io csinodes",
    ],
  },
  {
    name: "system:controller:endpoint-controller",
    rules: [
      "get,list,watch core pods,services",
      "create,delete,get,list,update,watch core endpoints",
      "create core endpoints/restricted",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:endpointslice-controller",
    rules: [
      "get,list,watch core nodes,pods,services",
      "update core services/finalizers",
      "create,delete,get,list,update,watch discovery.k8s.io endpointslices",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:endpointslicemirroring-controller",
    rules: [
      "get,list,watch core endpoints,services",
      "update core services/finalizers",
      "update core endpoints/finalizers",
      "create,delete,get,list,update,watch discovery.k8s.io endpointslices",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:ephemeral-volume-controller",
    rules: [
      "get,list,watch core pods",
      "update core pods/finalizers",
      "create,get,list,watch core persistentvolumeclaims",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:expand-controller",
    rules: [
      "get,list,patch,update,watch core persistentvolumes",
      "patch,update core persistentvolumeclaims/status",
      "get,list,watch core persistentvolumeclaims",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:node-controller",
    rules: [
      "delete,get,list,patch,update,watch core nodes",
      "patch,update core nodes/status",
      "patch,update core pods/status",
      "delete,get,list,watch core pods",
      "get,list,watch coordination.k8s.io leases",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:persistent-volume-binder",
    rules: [
      "create,delete,get,list,update,watch core persistentvolumes",
      "update core persistentvolumes/status",
      "get,list,update,watch core persistentvolumeclaims",
      "update core persistentvolumeclaims/status",
      "create,delete,get,list,watch core pods",
      "get,list,watch storage.k8s.io storageclasses",
      "list,watch core nodes",
      "create,patch,update core,events.k8s.io events",
      "watch core events",
    ],
  },
  {
    name: "system:controller:pv-protection-controller",
    rules: ["get,list,update,watch core persistentvolumes", "create,patch,update core,events.k8s.io events"],
  },
  {
    name: "system:controller:pvc-protection-controller",
    rules: [
      "get,list,update,watch core persistentvolumeclaims",
      "update core persistentvolumeclaims/status",
      "get,list,watch core pods",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  { name: "system:controller:route-controller", rules: ["list,watch core nodes", "patch core nodes/status", "create,patch,update core,events.k8s.io events"] },
  {
    name: "system:controller:selinux-warning-controller",
    rules: [
      "create,patch,update core,events.k8s.io events",
      "get,list,watch core persistentvolumes",
      "get,list,watch core persistentvolumeclaims",
      "get,list,watch core pods",
      "get,list,watch storage.k8s.io csidrivers",
    ],
  },
  {
    name: "system:controller:service-cidrs-controller",
    rules: [
      "get,list,patch,update,watch networking.k8s.io servicecidrs",
      "patch,update networking.k8s.io servicecidrs/finalizers",
      "patch,update networking.k8s.io servicecidrs/status",
      "get,list,watch networking.k8s.io ipaddresses",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:service-controller",
    rules: ["get,list,watch core services", "patch,update core services/status", "list,watch core nodes", "create,patch,update core,events.k8s.io events"],
  },
  { name: "system:controller:ttl-controller", rules: ["list,patch,update,watch core nodes", "create,patch,update core,events.k8s.io events"] },
  {
    name: "system:controller:volumeattributesclass-protection-controller",
    rules: [
      "get,list,watch core persistentvolumeclaims",
      "get,list,watch core persistentvolumes",
      "get,list,update,watch storage.k8s.io volumeattributesclasses",
      "create,patch,update core,events.k8s.io events",
    ],
  },
];
