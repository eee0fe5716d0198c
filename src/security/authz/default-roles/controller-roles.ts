/** The default cluster roles of Kubernetes' controllers: what each may do with its own service account. */

import { INFRASTRUCTURE_CONTROLLERS } from "./infrastructure-controllers.ts";
import type { RoleRow } from "./row.ts";
import { WORKLOAD_CONTROLLERS } from "./workload-controllers.ts";

/** Of the cluster's own upkeep: who may do what, what is left over, what is promised. */
const UPKEEP_CONTROLLERS: readonly RoleRow[] = [
  {
    name: "system:controller:certificate-controller",
    rules: [
      "delete,get,list,watch certificates.k8s.io certificatesigningrequests",
      "update certificates.k8s.io certificatesigningrequests/approval,certificatesigningrequests/status",
      "approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet",
      "sign certificates.k8s.io signers kubernetes.io/kube-apiserver-client,kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,kubernetes.io/legacy-unknown",
      "create authorization.k8s.io subjectaccessreviews",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  { name: "system:controller:clusterrole-aggregation-controller", rules: ["escalate,get,list,patch,update,watch rbac.authorization.k8s.io clusterroles"] },
  { name: "system:controller:generic-garbage-collector", rules: ["delete,get,list,patch,update,watch * *", "create,patch,update core,events.k8s.io events"] },
  {
    name: "system:controller:kube-apiserver-serving-clustertrustbundle-publisher",
    rules: [
      "attest certificates.k8s.io signers kubernetes.io/kube-apiserver-serving",
      "create,delete,list,update,watch certificates.k8s.io clustertrustbundles",
      "create,patch,update core,events.k8s.io events",
    ],
  },
  {
    name: "system:controller:legacy-service-account-token-cleaner",
    rules: ["get core configmaps kube-apiserver-legacy-service-account-token-tracking", "delete,patch core secrets"],
  },
  {
    name: "system:controller:namespace-controller",
    rules: ["delete,get,list,watch core namespaces", "update core namespaces/finalize,namespaces/status", "delete,deletecollection,get,list,watch * *"],
  },
  { name: "system:controller:podcertificaterequestcleaner", rules: ["delete,get,list,watch certificates.k8s.io podcertificaterequests"] },
  {
    name: "system:controller:resourcequota-controller",
    rules: ["list,watch * *", "update core resourcequotas/status", "create,patch,update core,events.k8s.io events"],
  },
  { name: "system:controller:root-ca-cert-publisher", rules: ["create,update core configmaps", "create,patch,update core,events.k8s.io events"] },
  { name: "system:controller:service-account-controller", rules: ["create core serviceaccounts", "create,patch,update core,events.k8s.io events"] },
  {
    name: "system:controller:storage-version-migrator-controller",
    rules: [
      "list,patch * *",
      "get apiextensions.k8s.io customresourcedefinitions",
      "patch apiextensions.k8s.io customresourcedefinitions/status",
      "update storagemigration.k8s.io storageversionmigrations/status",
    ],
  },
  {
    name: "system:controller:validatingadmissionpolicy-status-controller",
    rules: [
      "get,list,watch admissionregistration.k8s.io validatingadmissionpolicies",
      "get,patch,update admissionregistration.k8s.io validatingadmissionpolicies/status",
      "create,patch,update core,events.k8s.io events",
    ],
  },
];

export const CONTROLLER_ROLES: readonly RoleRow[] = [...WORKLOAD_CONTROLLERS, ...INFRASTRUCTURE_CONTROLLERS, ...UPKEEP_CONTROLLERS];
