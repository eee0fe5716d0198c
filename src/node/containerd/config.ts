/** The configuration of a node's private containerd: its own root, state and socket, so that the host's is never touched. */

export interface ContainerdPaths {
  /** Kept over a restart of the machine: images, containers' metadata. */
  readonly root: string;
  /** Gone with the machine: mounts, network namespaces. */
  readonly state: string;
  readonly socket: string;
  /** Folder of CNI configuration; a changed file is picked up live. */
  readonly cniConfig: string;
  readonly cniPlugins: string;
  /** runc's state, apart from the host's. */
  readonly runcRoot: string;
  /** Folder with one folder `HOST:PORT` a registry, each with a hosts.toml. */
  readonly registries: string;
}

export interface ContainerdConfig extends ContainerdPaths {
  /** 2 for containerd 1.6 and 1.7, 3 for 2.x. */
  readonly version: 2 | 3;
  readonly pauseImage: string;
  /** Of containerd 2.x: the runc and shim beside it. Debian's are found by themselves. */
  readonly runc?: string;
  readonly shim?: string;
}

/** Everything of a node's containerd in two folders. @param home kept over restarts @param run gone with the machine */
export function containerdPaths(home: string, run: string): ContainerdPaths {
  return {
    root: `${home}/containerd`,
    state: `${run}/containerd`,
    socket: `${run}/containerd/containerd.sock`,
    cniConfig: `${home}/cni`,
    cniPlugins: "/usr/lib/cni",
    runcRoot: `${run}/runc`,
    registries: `${home}/certs.d`,
  };
}

/** TOML's basic strings are written like JSON's for everything a path may hold. */
const text = (value: string): string => JSON.stringify(value);

/** @param version what `containerd --version` prints */
export function configVersionFor(version: string): 2 | 3 {
  return / v?1\./.test(version) ? 2 : 3;
}

/** @returns the text of config.toml */
export function containerdConfig(config: ContainerdConfig): string {
  const head = [
    `version = ${config.version}`,
    `root = ${text(config.root)}`,
    `state = ${text(config.state)}`,
    "[grpc]",
    `  address = ${text(config.socket)}`,
    "[debug]",
    '  level = "warn"',
  ];
  return [...head, ...(config.version === 2 ? version2(config) : version3(config)), ""].join("\n");
}

function version2(config: ContainerdConfig): string[] {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return [
    `[${cri}]`,
    `  sandbox_image = ${text(config.pauseImage)}`,
    // Debian's containerd can't lower a score without CAP_SYS_RESOURCE, and there is no AppArmor in a small machine.
    "  restrict_oom_score_adj = true",
    "  disable_apparmor = true",
    "  netns_mounts_under_state_dir = true",
    // Answers to exec, attach and port-forward: for the agent, which lives in the same network namespace.
    '  stream_server_address = "127.0.0.1"',
    '  stream_server_port = "0"',
    "  stats_collect_period = 5",
    `[${cri}.registry]`,
    `  config_path = ${text(config.registries)}`,
    `[${cri}.cni]`,
    `  bin_dir = ${text(config.cniPlugins)}`,
    `  conf_dir = ${text(config.cniConfig)}`,
    `[${cri}.containerd]`,
    '  default_runtime_name = "runc"',
    `[${cri}.containerd.runtimes.runc]`,
    '  runtime_type = "io.containerd.runc.v2"',
    `[${cri}.containerd.runtimes.runc.options]`,
    `  Root = ${text(config.runcRoot)}`,
    ...(config.runc ? [`  BinaryName = ${text(config.runc)}`] : []),
  ];
}

function version3(config: ContainerdConfig): string[] {
  const runtime = "plugins.'io.containerd.cri.v1.runtime'";
  return [
    "[plugins.'io.containerd.grpc.v1.cri']",
    '  stream_server_address = "127.0.0.1"',
    '  stream_server_port = "0"',
    "[plugins.'io.containerd.cri.v1.images'.pinned_images]",
    `  sandbox = ${text(config.pauseImage)}`,
    "[plugins.'io.containerd.cri.v1.images'.registry]",
    `  config_path = ${text(config.registries)}`,
    `[${runtime}]`,
    "  restrict_oom_score_adj = true",
    "  disable_apparmor = true",
    "  netns_mounts_under_state_dir = true",
    `[${runtime}.cni]`,
    `  bin_dirs = [${text(config.cniPlugins)}]`,
    `  conf_dir = ${text(config.cniConfig)}`,
    `[${runtime}.containerd]`,
    '  default_runtime_name = "runc"',
    `[${runtime}.containerd.runtimes.runc]`,
    '  runtime_type = "io.containerd.runc.v2"',
    ...(config.shim ? [`  runtime_path = ${text(config.shim)}`] : []),
    `[${runtime}.containerd.runtimes.runc.options]`,
    `  Root = ${text(config.runcRoot)}`,
    ...(config.runc ? [`  BinaryName = ${text(config.runc)}`] : []),
  ];
}
