/** The marks of fields that refer to something else, by struct and field. Written by hand: no published table has them. */

/** How a field refers. Its value is a name, a list of names, a switch, or a struct (or a list of them) with a name in it. */
export interface ReferenceMark {
  /** The resource, with its group where it has one; empty where the struct says the kind itself. What isn't an object: `host/…`, `external/…`. */
  readonly to: string;
  /** The kind that is meant where the struct doesn't say. */
  readonly kind?: string;
  /** The field beside this one that may name another namespace. */
  readonly namespaceIn?: string;
}

const SECRETS = "secrets";
const CONFIG_MAPS = "configmaps";
const ACCOUNTS = "serviceaccounts";
const NODES = "nodes";
const CLAIMS = "persistentvolumeclaims";
const SERVICES = "services";
const STORAGE_CLASSES = "storageclasses.storage.k8s.io";
const ATTRIBUTES_CLASSES = "volumeattributesclasses.storage.k8s.io";
const DEVICE_CLASSES = "deviceclasses.resource.k8s.io";
const RESOURCE_CLAIMS = "resourceclaims.resource.k8s.io";
const TRUST_BUNDLES = "clustertrustbundles.certificates.k8s.io";
/** The struct says the kind. */
const ANY = "";

/** By struct, then field. */
const MARKS: Readonly<Record<string, Readonly<Record<string, string | ReferenceMark>>>> = {
  "meta.v1.ObjectMeta": { ownerReferences: ANY },

  "core.v1.PodSpec": {
    serviceAccountName: ACCOUNTS,
    serviceAccount: ACCOUNTS,
    nodeName: NODES,
    imagePullSecrets: SECRETS,
    priorityClassName: "priorityclasses.scheduling.k8s.io",
    runtimeClassName: "runtimeclasses.node.k8s.io",
    hostNetwork: "host/network",
    hostPID: "host/processes",
    hostIPC: "host/ipc",
  },
  "core.v1.PodResourceClaim": { resourceClaimName: RESOURCE_CLAIMS, resourceClaimTemplateName: "resourceclaimtemplates.resource.k8s.io" },
  "core.v1.PodResourceClaimStatus": { resourceClaimName: RESOURCE_CLAIMS },
  "core.v1.PodExtendedResourceClaimStatus": { resourceClaimName: RESOURCE_CLAIMS },
  "core.v1.NodeAllocatableResourceClaimStatus": { resourceClaimName: RESOURCE_CLAIMS },
  "core.v1.ContainerPort": { hostPort: "host/port" },
  "core.v1.SecurityContext": { privileged: "host/privileges" },
  "core.v1.SecretKeySelector": { name: SECRETS },
  "core.v1.ConfigMapKeySelector": { name: CONFIG_MAPS },
  "core.v1.SecretEnvSource": { name: SECRETS },
  "core.v1.ConfigMapEnvSource": { name: CONFIG_MAPS },

  "core.v1.SecretVolumeSource": { secretName: SECRETS },
  "core.v1.ConfigMapVolumeSource": { name: CONFIG_MAPS },
  "core.v1.SecretProjection": { name: SECRETS },
  "core.v1.ConfigMapProjection": { name: CONFIG_MAPS },
  "core.v1.ClusterTrustBundleProjection": { name: TRUST_BUNDLES },
  "core.v1.PersistentVolumeClaimVolumeSource": { claimName: CLAIMS },
  "core.v1.HostPathVolumeSource": { path: "host/path" },
  "core.v1.LocalVolumeSource": { path: "host/path" },
  "core.v1.AzureFileVolumeSource": { secretName: SECRETS },
  "core.v1.CephFSVolumeSource": { secretRef: SECRETS },
  "core.v1.CinderVolumeSource": { secretRef: SECRETS },
  "core.v1.CSIVolumeSource": { nodePublishSecretRef: SECRETS },
  "core.v1.FlexVolumeSource": { secretRef: SECRETS },
  "core.v1.GlusterfsVolumeSource": { endpoints: "endpoints" },
  "core.v1.ISCSIVolumeSource": { secretRef: SECRETS },
  "core.v1.RBDVolumeSource": { secretRef: SECRETS },
  "core.v1.ScaleIOVolumeSource": { secretRef: SECRETS },
  "core.v1.StorageOSVolumeSource": { secretRef: SECRETS },

  "core.v1.PersistentVolumeSpec": { claimRef: CLAIMS, storageClassName: STORAGE_CLASSES, volumeAttributesClassName: ATTRIBUTES_CLASSES },
  "core.v1.AzureFilePersistentVolumeSource": { secretName: { to: SECRETS, namespaceIn: "secretNamespace" } },
  "core.v1.CephFSPersistentVolumeSource": { secretRef: SECRETS },
  "core.v1.CinderPersistentVolumeSource": { secretRef: SECRETS },
  "core.v1.CSIPersistentVolumeSource": {
    controllerPublishSecretRef: SECRETS,
    nodeStageSecretRef: SECRETS,
    nodePublishSecretRef: SECRETS,
    controllerExpandSecretRef: SECRETS,
    nodeExpandSecretRef: SECRETS,
  },
  "core.v1.FlexPersistentVolumeSource": { secretRef: SECRETS },
  "core.v1.GlusterfsPersistentVolumeSource": { endpoints: { to: "endpoints", namespaceIn: "endpointsNamespace" } },
  "core.v1.ISCSIPersistentVolumeSource": { secretRef: SECRETS },
  "core.v1.RBDPersistentVolumeSource": { secretRef: SECRETS },
  "core.v1.ScaleIOPersistentVolumeSource": { secretRef: SECRETS },
  "core.v1.StorageOSPersistentVolumeSource": { secretRef: SECRETS },
  "core.v1.PersistentVolumeClaimSpec": {
    volumeName: "persistentvolumes",
    storageClassName: STORAGE_CLASSES,
    volumeAttributesClassName: ATTRIBUTES_CLASSES,
    dataSource: { to: ANY, kind: "PersistentVolumeClaim" },
    dataSourceRef: { to: ANY, kind: "PersistentVolumeClaim" },
  },
  "core.v1.PersistentVolumeClaimStatus": { currentVolumeAttributesClassName: ATTRIBUTES_CLASSES },
  "core.v1.ModifyVolumeStatus": { targetVolumeAttributesClassName: ATTRIBUTES_CLASSES },

  "core.v1.ServiceAccount": { secrets: SECRETS, imagePullSecrets: SECRETS },
  "core.v1.ServiceSpec": { externalIPs: "external/address", loadBalancerIP: "external/address", externalName: "external/name" },
  "core.v1.EndpointAddress": { nodeName: NODES, targetRef: ANY },
  "core.v1.Binding": { target: { to: ANY, kind: "Node" } },
  "core.v1.NodeConfigSource": { configMap: CONFIG_MAPS },
  "core.v1.Event": { involvedObject: ANY, related: ANY },

  "admissionregistration.v1.MutatingAdmissionPolicyBindingSpec": { policyName: "mutatingadmissionpolicies.admissionregistration.k8s.io" },
  "admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec": { policyName: "validatingadmissionpolicies.admissionregistration.k8s.io" },
  "admissionregistration.v1.WebhookClientConfig": { service: SERVICES, url: "external/url" },
  "apiextensions.v1.WebhookClientConfig": { service: SERVICES, url: "external/url" },
  "apiregistration.v1.APIServiceSpec": { service: SERVICES },
  "apps.v1.StatefulSetSpec": { serviceName: SERVICES },
  "authentication.v1.TokenRequestSpec": { boundObjectRef: ANY },
  "autoscaling.v1.HorizontalPodAutoscalerSpec": { scaleTargetRef: ANY },
  "autoscaling.v2.HorizontalPodAutoscalerSpec": { scaleTargetRef: ANY },
  "autoscaling.v2.ObjectMetricSource": { describedObject: ANY },
  "autoscaling.v2.ObjectMetricStatus": { describedObject: ANY },
  "batch.v1.CronJobStatus": { active: ANY },
  "certificates.v1.PodCertificateRequestSpec": { podName: "pods", serviceAccountName: ACCOUNTS, nodeName: NODES },
  "discovery.v1.Endpoint": { nodeName: NODES, targetRef: ANY },
  "events.v1.Event": { regarding: ANY, related: ANY },
  "flowcontrol.v1.FlowSchemaSpec": { priorityLevelConfiguration: "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io" },
  "flowcontrol.v1.Subject": { serviceAccount: ACCOUNTS },
  "networking.v1.IngressSpec": { ingressClassName: "ingressclasses.networking.k8s.io" },
  "networking.v1.IngressTLS": { secretName: SECRETS, hosts: "external/name" },
  "networking.v1.IngressRule": { host: "external/name" },
  "networking.v1.IngressBackend": { service: SERVICES, resource: ANY },
  "networking.v1.IngressClassSpec": { parameters: ANY },
  "rbac.v1.RoleBinding": { roleRef: ANY, subjects: ANY },
  "rbac.v1.ClusterRoleBinding": { roleRef: ANY, subjects: ANY },
  "resource.v1.ExactDeviceRequest": { deviceClassName: DEVICE_CLASSES },
  "resource.v1.DeviceSubRequest": { deviceClassName: DEVICE_CLASSES },
  "resource.v1.ResourceSliceSpec": { nodeName: NODES },
  "resource.v1.Device": { nodeName: NODES },
  "storage.v1.VolumeAttachmentSpec": { nodeName: NODES },
  "storage.v1.VolumeAttachmentSource": { persistentVolumeName: "persistentvolumes" },
  "storage.v1.CSIStorageCapacity": { storageClassName: STORAGE_CLASSES },
};

/** The marks by `struct.field`. */
export const marks: ReadonlyMap<string, ReferenceMark> = new Map(
  Object.entries(MARKS).flatMap(([struct, fields]) =>
    Object.entries(fields).map(([field, mark]) => [`${struct}.${field}`, typeof mark === "string" ? { to: mark } : mark] as const),
  ),
);
