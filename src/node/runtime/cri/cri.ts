/** CRI v1's messages, imported from k8s.io/cri-api@v0.37.2 by scripts/import-cri.sh: don't edit. A service lists its calls as [request, response]. */

export interface RuntimeService {
  Version: [VersionRequest, VersionResponse];
  RunPodSandbox: [RunPodSandboxRequest, RunPodSandboxResponse];
  StopPodSandbox: [StopPodSandboxRequest, StopPodSandboxResponse];
  RemovePodSandbox: [RemovePodSandboxRequest, RemovePodSandboxResponse];
  PodSandboxStatus: [PodSandboxStatusRequest, PodSandboxStatusResponse];
  ListPodSandbox: [ListPodSandboxRequest, ListPodSandboxResponse];
  CreateContainer: [CreateContainerRequest, CreateContainerResponse];
  StartContainer: [StartContainerRequest, StartContainerResponse];
  StopContainer: [StopContainerRequest, StopContainerResponse];
  RemoveContainer: [RemoveContainerRequest, RemoveContainerResponse];
  ListContainers: [ListContainersRequest, ListContainersResponse];
  ContainerStatus: [ContainerStatusRequest, ContainerStatusResponse];
  UpdateContainerResources: [UpdateContainerResourcesRequest, UpdateContainerResourcesResponse];
  ReopenContainerLog: [ReopenContainerLogRequest, ReopenContainerLogResponse];
  ExecSync: [ExecSyncRequest, ExecSyncResponse];
  Exec: [ExecRequest, ExecResponse];
  Attach: [AttachRequest, AttachResponse];
  PortForward: [PortForwardRequest, PortForwardResponse];
  ContainerStats: [ContainerStatsRequest, ContainerStatsResponse];
  ListContainerStats: [ListContainerStatsRequest, ListContainerStatsResponse];
  PodSandboxStats: [PodSandboxStatsRequest, PodSandboxStatsResponse];
  ListPodSandboxStats: [ListPodSandboxStatsRequest, ListPodSandboxStatsResponse];
  UpdateRuntimeConfig: [UpdateRuntimeConfigRequest, UpdateRuntimeConfigResponse];
  Status: [StatusRequest, StatusResponse];
  CheckpointContainer: [CheckpointContainerRequest, CheckpointContainerResponse];
  CheckpointPod: [CheckpointPodRequest, CheckpointPodResponse];
  RestorePod: [RestorePodRequest, RestorePodResponse];
  ListMetricDescriptors: [ListMetricDescriptorsRequest, ListMetricDescriptorsResponse];
  ListPodSandboxMetrics: [ListPodSandboxMetricsRequest, ListPodSandboxMetricsResponse];
  RuntimeConfig: [RuntimeConfigRequest, RuntimeConfigResponse];
  UpdatePodSandboxResources: [UpdatePodSandboxResourcesRequest, UpdatePodSandboxResourcesResponse];
}
export interface ImageService {
  ListImages: [ListImagesRequest, ListImagesResponse];
  ImageStatus: [ImageStatusRequest, ImageStatusResponse];
  PullImage: [PullImageRequest, PullImageResponse];
  RemoveImage: [RemoveImageRequest, RemoveImageResponse];
  ImageFsInfo: [ImageFsInfoRequest, ImageFsInfoResponse];
}
export interface VersionRequest {
  version?: string;
}
export interface VersionResponse {
  version?: string;
  runtime_name?: string;
  runtime_version?: string;
  runtime_api_version?: string;
}
export interface DNSConfig {
  servers?: string[];
  searches?: string[];
  options?: string[];
}
export type Protocol = "TCP" | "UDP" | "SCTP";
export interface PortMapping {
  protocol?: Protocol;
  container_port?: number;
  host_port?: number;
  host_ip?: string;
}
export type MountPropagation = "PROPAGATION_PRIVATE" | "PROPAGATION_HOST_TO_CONTAINER" | "PROPAGATION_BIDIRECTIONAL";
export interface Mount {
  container_path?: string;
  host_path?: string;
  readonly?: boolean;
  selinux_relabel?: boolean;
  propagation?: MountPropagation;
  uidMappings?: IDMapping[];
  gidMappings?: IDMapping[];
  recursive_read_only?: boolean;
  image?: ImageSpec;
  image_sub_path?: string;
  mount_options?: string[];
}
export interface IDMapping {
  host_id?: number;
  container_id?: number;
  length?: number;
}
export type NamespaceMode = "POD" | "CONTAINER" | "NODE" | "TARGET";
export interface UserNamespace {
  mode?: NamespaceMode;
  uids?: IDMapping[];
  gids?: IDMapping[];
}
export interface NamespaceOption {
  network?: NamespaceMode;
  pid?: NamespaceMode;
  ipc?: NamespaceMode;
  target_id?: string;
  userns_options?: UserNamespace;
}
export type SupplementalGroupsPolicy = "Merge" | "Strict";
export interface Int64Value {
  value?: number;
}
export interface LinuxSandboxSecurityContext {
  namespace_options?: NamespaceOption;
  selinux_options?: SELinuxOption;
  run_as_user?: Int64Value;
  run_as_group?: Int64Value;
  readonly_rootfs?: boolean;
  supplemental_groups?: number[];
  supplemental_groups_policy?: SupplementalGroupsPolicy;
  privileged?: boolean;
  seccomp?: SecurityProfile;
  apparmor?: SecurityProfile;
  seccomp_profile_path?: string;
}
export interface SecurityProfile {
  profile_type?: ProfileType;
  localhost_ref?: string;
}
export type ProfileType = "RuntimeDefault" | "Unconfined" | "Localhost";
export interface LinuxPodSandboxConfig {
  cgroup_parent?: string;
  security_context?: LinuxSandboxSecurityContext;
  sysctls?: Record<string, string>;
  overhead?: LinuxContainerResources;
  resources?: LinuxContainerResources;
}
export interface PodSandboxMetadata {
  name?: string;
  uid?: string;
  namespace?: string;
  attempt?: number;
}
export interface PodSandboxConfig {
  metadata?: PodSandboxMetadata;
  hostname?: string;
  log_directory?: string;
  dns_config?: DNSConfig;
  port_mappings?: PortMapping[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  linux?: LinuxPodSandboxConfig;
  windows?: WindowsPodSandboxConfig;
}
export interface RunPodSandboxRequest {
  config?: PodSandboxConfig;
  runtime_handler?: string;
}
export interface RunPodSandboxResponse {
  pod_sandbox_id?: string;
}
export interface StopPodSandboxRequest {
  pod_sandbox_id?: string;
}
export type StopPodSandboxResponse = object;
export interface RemovePodSandboxRequest {
  pod_sandbox_id?: string;
}
export type RemovePodSandboxResponse = object;
export interface PodSandboxStatusRequest {
  pod_sandbox_id?: string;
  verbose?: boolean;
}
export interface PodIP {
  ip?: string;
}
export interface PodSandboxNetworkStatus {
  ip?: string;
  additional_ips?: PodIP[];
}
export interface Namespace {
  options?: NamespaceOption;
}
export interface LinuxPodSandboxStatus {
  namespaces?: Namespace;
}
export type PodSandboxState = "SANDBOX_READY" | "SANDBOX_NOTREADY";
export interface PodSandboxStatus {
  id?: string;
  metadata?: PodSandboxMetadata;
  state?: PodSandboxState;
  created_at?: number;
  network?: PodSandboxNetworkStatus;
  linux?: LinuxPodSandboxStatus;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  runtime_handler?: string;
}
export interface PodSandboxStatusResponse {
  status?: PodSandboxStatus;
  info?: Record<string, string>;
  containers_statuses?: ContainerStatus[];
  timestamp?: number;
}
export interface PodSandboxStateValue {
  state?: PodSandboxState;
}
export interface PodSandboxFilter {
  id?: string;
  state?: PodSandboxStateValue;
  label_selector?: Record<string, string>;
}
export interface ListPodSandboxRequest {
  filter?: PodSandboxFilter;
}
export interface PodSandbox {
  id?: string;
  metadata?: PodSandboxMetadata;
  state?: PodSandboxState;
  created_at?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  runtime_handler?: string;
}
export interface ListPodSandboxResponse {
  items?: PodSandbox[];
}
export interface StreamPodSandboxesRequest {
  filter?: PodSandboxFilter;
}
export interface StreamPodSandboxesResponse {
  pod_sandboxes?: PodSandbox[];
}
export interface PodSandboxStatsRequest {
  pod_sandbox_id?: string;
}
export interface PodSandboxStatsResponse {
  stats?: PodSandboxStats;
}
export interface PodSandboxStatsFilter {
  id?: string;
  label_selector?: Record<string, string>;
}
export interface ListPodSandboxStatsRequest {
  filter?: PodSandboxStatsFilter;
}
export interface ListPodSandboxStatsResponse {
  stats?: PodSandboxStats[];
}
export interface StreamPodSandboxStatsRequest {
  filter?: PodSandboxStatsFilter;
}
export interface StreamPodSandboxStatsResponse {
  pod_sandbox_stats?: PodSandboxStats[];
}
export interface PodSandboxAttributes {
  id?: string;
  metadata?: PodSandboxMetadata;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
export interface PodSandboxStats {
  attributes?: PodSandboxAttributes;
  linux?: LinuxPodSandboxStats;
  windows?: WindowsPodSandboxStats;
}
export interface LinuxPodSandboxStats {
  cpu?: CpuUsage;
  memory?: MemoryUsage;
  network?: NetworkUsage;
  process?: ProcessUsage;
  containers?: ContainerStats[];
  io?: IoUsage;
}
export interface WindowsPodSandboxStats {
  cpu?: WindowsCpuUsage;
  memory?: WindowsMemoryUsage;
  network?: WindowsNetworkUsage;
  process?: WindowsProcessUsage;
  containers?: WindowsContainerStats[];
}
export interface NetworkUsage {
  timestamp?: number;
  default_interface?: NetworkInterfaceUsage;
  interfaces?: NetworkInterfaceUsage[];
}
export interface WindowsNetworkUsage {
  timestamp?: number;
  default_interface?: WindowsNetworkInterfaceUsage;
  interfaces?: WindowsNetworkInterfaceUsage[];
}
export interface NetworkInterfaceUsage {
  name?: string;
  rx_bytes?: UInt64Value;
  rx_errors?: UInt64Value;
  tx_bytes?: UInt64Value;
  tx_errors?: UInt64Value;
}
export interface WindowsNetworkInterfaceUsage {
  name?: string;
  rx_bytes?: UInt64Value;
  rx_packets_dropped?: UInt64Value;
  tx_bytes?: UInt64Value;
  tx_packets_dropped?: UInt64Value;
}
export interface ProcessUsage {
  timestamp?: number;
  process_count?: UInt64Value;
}
export interface WindowsProcessUsage {
  timestamp?: number;
  process_count?: UInt64Value;
}
export interface ImageSpec {
  image?: string;
  annotations?: Record<string, string>;
  user_specified_image?: string;
  runtime_handler?: string;
  image_ref?: string;
}
export interface KeyValue {
  key?: string;
  value?: Buffer;
}
export interface LinuxContainerResources {
  cpu_period?: number;
  cpu_quota?: number;
  cpu_shares?: number;
  memory_limit_in_bytes?: number;
  oom_score_adj?: number;
  cpuset_cpus?: string;
  cpuset_mems?: string;
  hugepage_limits?: HugepageLimit[];
  unified?: Record<string, string>;
  memory_swap_limit_in_bytes?: number;
}
export interface HugepageLimit {
  page_size?: string;
  limit?: number;
}
export interface SELinuxOption {
  user?: string;
  role?: string;
  type?: string;
  level?: string;
}
export interface Capability {
  add_capabilities?: string[];
  drop_capabilities?: string[];
  add_ambient_capabilities?: string[];
}
export interface LinuxContainerSecurityContext {
  capabilities?: Capability;
  privileged?: boolean;
  namespace_options?: NamespaceOption;
  selinux_options?: SELinuxOption;
  run_as_user?: Int64Value;
  run_as_group?: Int64Value;
  run_as_username?: string;
  readonly_rootfs?: boolean;
  supplemental_groups?: number[];
  supplemental_groups_policy?: SupplementalGroupsPolicy;
  no_new_privs?: boolean;
  masked_paths?: string[];
  readonly_paths?: string[];
  seccomp?: SecurityProfile;
  apparmor?: SecurityProfile;
  apparmor_profile?: string;
  seccomp_profile_path?: string;
}
export interface LinuxContainerConfig {
  resources?: LinuxContainerResources;
  security_context?: LinuxContainerSecurityContext;
}
export interface LinuxContainerUser {
  uid?: number;
  gid?: number;
  supplemental_groups?: number[];
}
export interface WindowsNamespaceOption {
  network?: NamespaceMode;
}
export interface WindowsSandboxSecurityContext {
  run_as_username?: string;
  credential_spec?: string;
  host_process?: boolean;
  namespace_options?: WindowsNamespaceOption;
}
export interface WindowsPodSandboxConfig {
  security_context?: WindowsSandboxSecurityContext;
}
export interface WindowsContainerSecurityContext {
  run_as_username?: string;
  credential_spec?: string;
  host_process?: boolean;
}
export interface WindowsContainerConfig {
  resources?: WindowsContainerResources;
  security_context?: WindowsContainerSecurityContext;
}
export interface WindowsContainerResources {
  cpu_shares?: number;
  cpu_count?: number;
  cpu_maximum?: number;
  memory_limit_in_bytes?: number;
  rootfs_size_in_bytes?: number;
  affinity_cpus?: WindowsCpuGroupAffinity[];
}
export interface WindowsCpuGroupAffinity {
  cpu_mask?: number;
  cpu_group?: number;
}
export interface ContainerMetadata {
  name?: string;
  attempt?: number;
}
export interface Device {
  container_path?: string;
  host_path?: string;
  permissions?: string;
}
export interface CDIDevice {
  name?: string;
}
export interface ContainerConfig {
  metadata?: ContainerMetadata;
  image?: ImageSpec;
  command?: string[];
  args?: string[];
  working_dir?: string;
  envs?: KeyValue[];
  mounts?: Mount[];
  devices?: Device[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  log_path?: string;
  stdin?: boolean;
  stdin_once?: boolean;
  tty?: boolean;
  linux?: LinuxContainerConfig;
  windows?: WindowsContainerConfig;
  CDI_devices?: CDIDevice[];
  stop_signal?: Signal;
}
export type Signal =
  | "SIGNAL_RUNTIME_DEFAULT"
  | "SIGNAL_SIGABRT"
  | "SIGNAL_SIGALRM"
  | "SIGNAL_SIGBUS"
  | "SIGNAL_SIGCHLD"
  | "SIGNAL_SIGCLD"
  | "SIGNAL_SIGCONT"
  | "SIGNAL_SIGFPE"
  | "SIGNAL_SIGHUP"
  | "SIGNAL_SIGILL"
  | "SIGNAL_SIGINT"
  | "SIGNAL_SIGIO"
  | "SIGNAL_SIGIOT"
  | "SIGNAL_SIGKILL"
  | "SIGNAL_SIGPIPE"
  | "SIGNAL_SIGPOLL"
  | "SIGNAL_SIGPROF"
  | "SIGNAL_SIGPWR"
  | "SIGNAL_SIGQUIT"
  | "SIGNAL_SIGSEGV"
  | "SIGNAL_SIGSTKFLT"
  | "SIGNAL_SIGSTOP"
  | "SIGNAL_SIGSYS"
  | "SIGNAL_SIGTERM"
  | "SIGNAL_SIGTRAP"
  | "SIGNAL_SIGTSTP"
  | "SIGNAL_SIGTTIN"
  | "SIGNAL_SIGTTOU"
  | "SIGNAL_SIGURG"
  | "SIGNAL_SIGUSR1"
  | "SIGNAL_SIGUSR2"
  | "SIGNAL_SIGVTALRM"
  | "SIGNAL_SIGWINCH"
  | "SIGNAL_SIGXCPU"
  | "SIGNAL_SIGXFSZ"
  | "SIGNAL_SIGRTMIN"
  | "SIGNAL_SIGRTMINPLUS1"
  | "SIGNAL_SIGRTMINPLUS2"
  | "SIGNAL_SIGRTMINPLUS3"
  | "SIGNAL_SIGRTMINPLUS4"
  | "SIGNAL_SIGRTMINPLUS5"
  | "SIGNAL_SIGRTMINPLUS6"
  | "SIGNAL_SIGRTMINPLUS7"
  | "SIGNAL_SIGRTMINPLUS8"
  | "SIGNAL_SIGRTMINPLUS9"
  | "SIGNAL_SIGRTMINPLUS10"
  | "SIGNAL_SIGRTMINPLUS11"
  | "SIGNAL_SIGRTMINPLUS12"
  | "SIGNAL_SIGRTMINPLUS13"
  | "SIGNAL_SIGRTMINPLUS14"
  | "SIGNAL_SIGRTMINPLUS15"
  | "SIGNAL_SIGRTMAXMINUS14"
  | "SIGNAL_SIGRTMAXMINUS13"
  | "SIGNAL_SIGRTMAXMINUS12"
  | "SIGNAL_SIGRTMAXMINUS11"
  | "SIGNAL_SIGRTMAXMINUS10"
  | "SIGNAL_SIGRTMAXMINUS9"
  | "SIGNAL_SIGRTMAXMINUS8"
  | "SIGNAL_SIGRTMAXMINUS7"
  | "SIGNAL_SIGRTMAXMINUS6"
  | "SIGNAL_SIGRTMAXMINUS5"
  | "SIGNAL_SIGRTMAXMINUS4"
  | "SIGNAL_SIGRTMAXMINUS3"
  | "SIGNAL_SIGRTMAXMINUS2"
  | "SIGNAL_SIGRTMAXMINUS1"
  | "SIGNAL_SIGRTMAX";
export interface CreateContainerRequest {
  pod_sandbox_id?: string;
  config?: ContainerConfig;
  sandbox_config?: PodSandboxConfig;
}
export interface CreateContainerResponse {
  container_id?: string;
}
export interface StartContainerRequest {
  container_id?: string;
}
export type StartContainerResponse = object;
export interface StopContainerRequest {
  container_id?: string;
  timeout?: number;
}
export type StopContainerResponse = object;
export interface RemoveContainerRequest {
  container_id?: string;
}
export type RemoveContainerResponse = object;
export type ContainerState = "CONTAINER_CREATED" | "CONTAINER_RUNNING" | "CONTAINER_EXITED" | "CONTAINER_UNKNOWN";
export interface ContainerStateValue {
  state?: ContainerState;
}
export interface ContainerFilter {
  id?: string;
  state?: ContainerStateValue;
  pod_sandbox_id?: string;
  label_selector?: Record<string, string>;
}
export interface ListContainersRequest {
  filter?: ContainerFilter;
}
export interface Container {
  id?: string;
  pod_sandbox_id?: string;
  metadata?: ContainerMetadata;
  image?: ImageSpec;
  image_ref?: string;
  state?: ContainerState;
  created_at?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  image_id?: string;
}
export interface ListContainersResponse {
  containers?: Container[];
}
export interface StreamContainersRequest {
  filter?: ContainerFilter;
}
export interface StreamContainersResponse {
  containers?: Container[];
}
export interface ContainerStatusRequest {
  container_id?: string;
  verbose?: boolean;
}
export interface ContainerStatus {
  id?: string;
  metadata?: ContainerMetadata;
  state?: ContainerState;
  created_at?: number;
  started_at?: number;
  finished_at?: number;
  exit_code?: number;
  image?: ImageSpec;
  image_ref?: string;
  reason?: string;
  message?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  mounts?: Mount[];
  log_path?: string;
  resources?: ContainerResources;
  image_id?: string;
  user?: ContainerUser;
  stop_signal?: Signal;
}
export interface ContainerStatusResponse {
  status?: ContainerStatus;
  info?: Record<string, string>;
}
export interface ContainerResources {
  linux?: LinuxContainerResources;
  windows?: WindowsContainerResources;
}
export interface ContainerUser {
  linux?: LinuxContainerUser;
}
export interface UpdateContainerResourcesRequest {
  container_id?: string;
  linux?: LinuxContainerResources;
  windows?: WindowsContainerResources;
  annotations?: Record<string, string>;
}
export type UpdateContainerResourcesResponse = object;
export interface ExecSyncRequest {
  container_id?: string;
  cmd?: string[];
  timeout?: number;
}
export interface ExecSyncResponse {
  stdout?: Buffer;
  stderr?: Buffer;
  exit_code?: number;
}
export interface ExecRequest {
  container_id?: string;
  cmd?: string[];
  tty?: boolean;
  stdin?: boolean;
  stdout?: boolean;
  stderr?: boolean;
}
export interface ExecResponse {
  url?: string;
}
export interface AttachRequest {
  container_id?: string;
  stdin?: boolean;
  tty?: boolean;
  stdout?: boolean;
  stderr?: boolean;
}
export interface AttachResponse {
  url?: string;
}
export interface PortForwardRequest {
  pod_sandbox_id?: string;
  port?: number[];
}
export interface PortForwardResponse {
  url?: string;
}
export interface ImageFilter {
  image?: ImageSpec;
}
export interface ListImagesRequest {
  filter?: ImageFilter;
}
export interface Image {
  id?: string;
  repo_tags?: string[];
  repo_digests?: string[];
  size?: number;
  uid?: Int64Value;
  username?: string;
  spec?: ImageSpec;
  pinned?: boolean;
}
export interface ListImagesResponse {
  images?: Image[];
}
export interface StreamImagesRequest {
  filter?: ImageFilter;
}
export interface StreamImagesResponse {
  images?: Image[];
}
export interface ImageStatusRequest {
  image?: ImageSpec;
  verbose?: boolean;
}
export interface ImageStatusResponse {
  image?: Image;
  info?: Record<string, string>;
}
export interface AuthConfig {
  username?: string;
  password?: string;
  auth?: string;
  server_address?: string;
  identity_token?: string;
  registry_token?: string;
}
export interface PullImageRequest {
  image?: ImageSpec;
  auth?: AuthConfig;
  sandbox_config?: PodSandboxConfig;
}
export interface PullImageResponse {
  image_ref?: string;
}
export interface RemoveImageRequest {
  image?: ImageSpec;
}
export type RemoveImageResponse = object;
export interface NetworkConfig {
  pod_cidr?: string;
}
export interface RuntimeConfig {
  network_config?: NetworkConfig;
}
export interface UpdateRuntimeConfigRequest {
  runtime_config?: RuntimeConfig;
}
export type UpdateRuntimeConfigResponse = object;
export interface RuntimeCondition {
  type?: string;
  status?: boolean;
  reason?: string;
  message?: string;
}
export interface RuntimeStatus {
  conditions?: RuntimeCondition[];
}
export interface StatusRequest {
  verbose?: boolean;
}
export interface RuntimeHandlerFeatures {
  recursive_read_only_mounts?: boolean;
  user_namespaces?: boolean;
}
export interface RuntimeHandler {
  name?: string;
  features?: RuntimeHandlerFeatures;
}
export interface RuntimeFeatures {
  supplemental_groups_policy?: boolean;
  user_namespaces_host_network?: boolean;
  mount_options?: boolean;
}
export interface StatusResponse {
  status?: RuntimeStatus;
  info?: Record<string, string>;
  runtime_handlers?: RuntimeHandler[];
  features?: RuntimeFeatures;
}
export type ImageFsInfoRequest = object;
export interface UInt64Value {
  value?: number;
}
export interface FilesystemIdentifier {
  mountpoint?: string;
}
export interface FilesystemUsage {
  timestamp?: number;
  fs_id?: FilesystemIdentifier;
  used_bytes?: UInt64Value;
  inodes_used?: UInt64Value;
}
export interface WindowsFilesystemUsage {
  timestamp?: number;
  fs_id?: FilesystemIdentifier;
  used_bytes?: UInt64Value;
}
export interface ImageFsInfoResponse {
  image_filesystems?: FilesystemUsage[];
  container_filesystems?: FilesystemUsage[];
}
export interface ContainerStatsRequest {
  container_id?: string;
}
export interface ContainerStatsResponse {
  stats?: ContainerStats;
}
export interface ListContainerStatsRequest {
  filter?: ContainerStatsFilter;
}
export interface ContainerStatsFilter {
  id?: string;
  pod_sandbox_id?: string;
  label_selector?: Record<string, string>;
}
export interface ListContainerStatsResponse {
  stats?: ContainerStats[];
}
export interface StreamContainerStatsRequest {
  filter?: ContainerStatsFilter;
}
export interface StreamContainerStatsResponse {
  container_stats?: ContainerStats[];
}
export interface ContainerAttributes {
  id?: string;
  metadata?: ContainerMetadata;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
export interface ContainerStats {
  attributes?: ContainerAttributes;
  cpu?: CpuUsage;
  memory?: MemoryUsage;
  writable_layer?: FilesystemUsage;
  swap?: SwapUsage;
  io?: IoUsage;
}
export interface WindowsContainerStats {
  attributes?: ContainerAttributes;
  cpu?: WindowsCpuUsage;
  memory?: WindowsMemoryUsage;
  writable_layer?: WindowsFilesystemUsage;
}
export interface PsiStats {
  Full?: PsiData;
  Some?: PsiData;
}
export interface PsiData {
  Total?: number;
  Avg10?: number;
  Avg60?: number;
  Avg300?: number;
}
export interface CpuUsage {
  timestamp?: number;
  usage_core_nano_seconds?: UInt64Value;
  usage_nano_cores?: UInt64Value;
  psi?: PsiStats;
}
export interface WindowsCpuUsage {
  timestamp?: number;
  usage_core_nano_seconds?: UInt64Value;
  usage_nano_cores?: UInt64Value;
}
export interface MemoryUsage {
  timestamp?: number;
  working_set_bytes?: UInt64Value;
  available_bytes?: UInt64Value;
  usage_bytes?: UInt64Value;
  rss_bytes?: UInt64Value;
  page_faults?: UInt64Value;
  major_page_faults?: UInt64Value;
  psi?: PsiStats;
}
export interface IoUsage {
  timestamp?: number;
  psi?: PsiStats;
}
export interface SwapUsage {
  timestamp?: number;
  swap_available_bytes?: UInt64Value;
  swap_usage_bytes?: UInt64Value;
}
export interface WindowsMemoryUsage {
  timestamp?: number;
  working_set_bytes?: UInt64Value;
  available_bytes?: UInt64Value;
  page_faults?: UInt64Value;
  commit_memory_bytes?: UInt64Value;
}
export interface ReopenContainerLogRequest {
  container_id?: string;
}
export type ReopenContainerLogResponse = object;
export interface CheckpointContainerRequest {
  container_id?: string;
  location?: string;
  timeout?: number;
}
export type CheckpointContainerResponse = object;
export interface CheckpointPodRequest {
  pod_sandbox_id?: string;
  output_path?: string;
  container_ids?: string[];
  options?: Record<string, string>;
}
export type CheckpointPodResponse = object;
export interface RestorePodRequest {
  checkpoint_path?: string;
  config?: PodSandboxConfig;
  runtime_handler?: string;
  options?: Record<string, string>;
  container_configs?: ContainerConfig[];
}
export interface RestoredContainer {
  name?: string;
  container_id?: string;
}
export interface RestorePodResponse {
  pod_sandbox_id?: string;
  restored_containers?: RestoredContainer[];
}
export type GetEventsRequest = object;
export interface ContainerEventResponse {
  container_id?: string;
  container_event_type?: ContainerEventType;
  created_at?: number;
  pod_sandbox_status?: PodSandboxStatus;
  containers_statuses?: ContainerStatus[];
}
export type ContainerEventType = "CONTAINER_CREATED_EVENT" | "CONTAINER_STARTED_EVENT" | "CONTAINER_STOPPED_EVENT" | "CONTAINER_DELETED_EVENT";
export type ListMetricDescriptorsRequest = object;
export interface ListMetricDescriptorsResponse {
  descriptors?: MetricDescriptor[];
}
export interface MetricDescriptor {
  name?: string;
  help?: string;
  label_keys?: string[];
}
export type ListPodSandboxMetricsRequest = object;
export interface ListPodSandboxMetricsResponse {
  pod_metrics?: PodSandboxMetrics[];
}
export type StreamPodSandboxMetricsRequest = object;
export interface StreamPodSandboxMetricsResponse {
  pod_sandbox_metrics?: PodSandboxMetrics[];
}
export interface PodSandboxMetrics {
  pod_sandbox_id?: string;
  metrics?: Metric[];
  container_metrics?: ContainerMetrics[];
}
export interface ContainerMetrics {
  container_id?: string;
  metrics?: Metric[];
}
export interface Metric {
  name?: string;
  timestamp?: number;
  metric_type?: MetricType;
  label_values?: string[];
  value?: UInt64Value;
}
export type MetricType = "COUNTER" | "GAUGE";
export type RuntimeConfigRequest = object;
export interface RuntimeConfigResponse {
  linux?: LinuxRuntimeConfiguration;
}
export interface LinuxRuntimeConfiguration {
  cgroup_driver?: CgroupDriver;
}
export type CgroupDriver = "SYSTEMD" | "CGROUPFS";
export interface UpdatePodSandboxResourcesRequest {
  pod_sandbox_id?: string;
  overhead?: LinuxContainerResources;
  resources?: LinuxContainerResources;
}
export type UpdatePodSandboxResourcesResponse = object;
