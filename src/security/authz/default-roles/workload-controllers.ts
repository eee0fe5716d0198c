/** The default cluster roles of the controllers that make pods, and take them away. */

import type { RoleRow } from "./row.ts";

export const WORKLOAD_CONTROLLERS: readonly RoleRow[] = [
  {
    name: "system:controller:cronjob-controller",
    rules: [
      "get,list,update,watch batch cronjobs",
      "create,delete,get,list,patch,update,watch batch jobs",
      "update batch cronjobs/status",
      "update batch cronjobs/finalizers",
      "delete,list,watch core pods",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:daemon-set-controller",
    rules: [
      "get,list,watch apps,extensions daemonsets",
      "update apps,extensions daemonsets/status",
      "update apps,extensions daemonsets/finalizers",
      "list,watch core nodes",
      "create,delete,list,patch,watch core pods",
      "create core pods/binding",
      "create,delete,get,list,patch,update,watch apps controllerrevisions",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:deployment-controller",
    rules: [
      "get,list,update,watch apps,extensions deployments",
      "update apps,extensions deployments/status",
      "update apps,extensions deployments/finalizers",
      "create,delete,get,list,patch,update,watch apps,extensions replicasets",
      "get,list,update,watch core pods",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:device-taint-eviction-controller",
    rules: [
      "delete,get,list,watch core pods",
      "patch,update core pods/status",
      "get,list,watch resource.k8s.io resourceclaims",
      "get,list,watch resource.k8s.io resourceslices",
      "get,list,watch resource.k8s.io deviceclasses",
      "create,patch,update core,events.k8s.io events",
      "patch,update resource.k8s.io devicetaintrules/status",
      "get,list,watch resource.k8s.io devicetaintrules",
    ],
  },
  {
    name: "system:controller:disruption-controller",
    rules: [
      "get,list,watch apps,extensions deployments",
      "get,list,watch apps,extensions replicasets",
      "get,list,watch core replicationcontrollers",
      "get,list,watch policy poddisruptionbudgets",
      "get,list,watch apps statefulsets",
      "update policy poddisruptionbudgets/status",
      "patch,update core pods/status",
      "get * */scale",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:horizontal-pod-autoscaler",
    rules: [
      "get,list,watch autoscaling horizontalpodautoscalers",
      "update autoscaling horizontalpodautoscalers/status",
      "get,update * */scale",
      "list,watch core pods",
      "list,watch metrics.k8s.io pods",
      "get,list,watch custom.metrics.k8s.io *",
      "get,list,watch external.metrics.k8s.io *",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:job-controller",
    rules: [
      "get,list,patch,update,watch batch jobs",
      "update batch jobs/status",
      "update batch jobs/finalizers",
      "create,delete,list,patch,watch core pods",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  { name: "system:controller:pod-garbage-collector", rules: ["delete,list,watch core pods", "get,list,watch core nodes", "patch core pods/status"] },
  {
    name: "system:controller:replicaset-controller",
    rules: [
      "get,list,update,watch apps,extensions replicasets",
      "update apps,extensions replicasets/status",
      "update apps,extensions replicasets/finalizers",
      "create,delete,list,patch,watch core pods",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:replication-controller",
    rules: [
      "get,list,update,watch core replicationcontrollers",
      "update core replicationcontrollers/status",
      "update core replicationcontrollers/finalizers",
      "create,delete,list,patch,watch core pods",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:resource-claim-controller",
    rules: [
      "get,list,watch core pods",
      "update core pods/finalizers",
      "create,delete,get,list,watch resource.k8s.io resourceclaims",
      "patch,update resource.k8s.io resourceclaims,resourceclaims/status",
      "patch,update core pods/status",
      "create,patch,update core,events.k8s.io events",
      "patch,update resource.k8s.io resourceclaims/binding",
    ],
  },
  {
    name: "system:controller:statefulset-controller",
    rules: [
      "list,watch core pods",
      "get,list,watch apps statefulsets",
      "update apps statefulsets/status",
      "update apps statefulsets/finalizers",
      "create,delete,get,patch,update core pods",
      "create,delete,get,list,patch,update,watch apps controllerrevisions",
      "create,get,list,watch core persistentvolumeclaims",
      "delete,update core persistentvolumeclaims",
      "update core pods/finalizers",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  { name: "system:controller:ttl-after-finished-controller", rules: ["delete,get,list,watch batch jobs", "create,patch,update core,events.k8s.io events"] },
];
