/** Gives each pod its service account, the account's token as a volume, and its pull secrets (KEP-1205; plugin/pkg/admission/serviceaccount). */

import type { Container, EnvFromSource, EnvVar, Pod, ServiceAccount, Volume } from "../../api/tables/core-v1.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { Random } from "../../machinery/random.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { refused } from "./refuse.ts";

const DEFAULT = "default";
const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME_PREFIX = "kube-api-access-";
const TOKEN_SECONDS = 3607;
const ENFORCE_SECRETS = "kubernetes.io/enforce-mountable-secrets";
const MIRROR = "kubernetes.io/config.mirror";
/** How long, and how often, the default account of a new namespace is waited for: its controller makes it in a moment. */
const WAIT_ATTEMPTS = 20;
const WAIT_MS = 100;
const SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

export interface ServiceAccountOptions {
  readonly clock: Clock;
  readonly random: Random;
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: TOKEN_SECONDS } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
      ],
    },
  };
}

function mountToken({ spec }: Pod, random: Random): void {
  const existing = spec.volumes?.find(({ name }) => name?.startsWith(VOLUME_PREFIX))?.name;
  const suffix = () => Array.from({ length: 5 }, () => SUFFIX_LETTERS[random.below(SUFFIX_LETTERS.length)]).join("");
  const name = existing ?? VOLUME_PREFIX + suffix();
  let mounted = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === MOUNT_PATH)) continue;
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: MOUNT_PATH }];
    mounted = true;
  }
  if (existing === undefined && mounted) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function checkMirror(request: AdmissionRequest, { spec }: Pod): void {
  if (spec.serviceAccountName) throw refused(request, "a mirror pod may not reference service accounts");
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const inEnv = containers.some(({ env, envFrom }) => env?.some((each) => each.valueFrom?.secretKeyRef) || envFrom?.some((each) => each.secretRef));
  const inVolumes = spec.volumes?.some(({ secret, projected }) => secret || projected?.sources?.some((source) => source.secret));
  if (inEnv || inVolumes || spec.imagePullSecrets?.length) throw refused(request, "a mirror pod may not reference secrets");
  if (spec.volumes?.some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken))) {
    throw refused(request, "a mirror pod may not use ServiceAccountToken volume projections");
  }
}

/** An account with the annotation lends only the secrets that it lists. */
function secretComplaint(account: ServiceAccount, pod: Pod, onlyEphemeral: boolean): string | undefined {
  const mountable = new Set(account.secrets?.map(({ name }) => name));
  const tail = `is not allowed because service account ${account.metadata.name} does not reference that secret`;
  const inContainer = (sort: string, container: { name?: string; env?: EnvVar[]; envFrom?: EnvFromSource[] }) => {
    const variable = container.env?.find(({ valueFrom }) => valueFrom?.secretKeyRef && !mountable.has(valueFrom.secretKeyRef.name ?? ""));
    if (variable)
      return `${sort} ${container.name} with envVar ${variable.name} referencing secret.secretName="${variable.valueFrom?.secretKeyRef?.name}" ${tail}`;
    const source = container.envFrom?.find(({ secretRef }) => secretRef && !mountable.has(secretRef.name ?? ""));
    return source && `${sort} ${container.name} with envFrom referencing secret.secretName="${source.secretRef?.name}" ${tail}`;
  };
  const first = (sort: string, containers: readonly Container[] | undefined) =>
    containers?.map((each) => inContainer(sort, each)).find((text) => text !== undefined);
  if (onlyEphemeral) return first("ephemeral container", pod.spec.ephemeralContainers);
  const volume = pod.spec.volumes?.find(({ secret }) => secret && !mountable.has(secret.secretName ?? ""));
  if (volume) return `volume with secret.secretName="${volume.secret?.secretName}" ${tail}`;
  const inContainers = first("init container", pod.spec.initContainers) ?? first("container", pod.spec.containers);
  if (inContainers) return inContainers;
  const pulls = new Set(account.imagePullSecrets?.map(({ name }) => name));
  const index = pod.spec.imagePullSecrets?.findIndex(({ name }) => !pulls.has(name)) ?? -1;
  if (index < 0) return undefined;
  return `imagePullSecrets[${index}].name="${pod.spec.imagePullSecrets?.[index]?.name}" is not allowed because service account ${account.metadata.name} does not reference that imagePullSecret`;
}

export function serviceAccount({ clock, random }: ServiceAccountOptions): AdmissionPlugin {
  const pause = (ms: number) => new Promise<void>((done) => void clock.after(ms, done));

  async function accountOf(request: AdmissionRequest, name: string): Promise<ServiceAccount> {
    const { reader, namespace } = request;
    const cached = reader.get<ServiceAccount>("", "serviceaccounts", namespace, name);
    if (cached) return cached;
    for (let attempt = 0; attempt < (name === DEFAULT ? WAIT_ATTEMPTS : 1); attempt++) {
      if (attempt > 0) await pause(WAIT_MS);
      const found = await reader.getFresh<ServiceAccount>("", "serviceaccounts", namespace, name);
      if (found) return found;
    }
    throw refused(request, `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`);
  }

  return {
    name: "ServiceAccount",
    on: ["pods", "pods/ephemeralcontainers"],
    operations: ["CREATE", "UPDATE"],
    async mutate(request) {
      if (request.operation !== "CREATE" || request.subresource !== "") return;
      const pod = request.object as Pod;
      if (pod.metadata.annotations?.[MIRROR] !== undefined) return checkMirror(request, pod);
      if (!pod.spec.serviceAccountName) {
        pod.spec.serviceAccountName = DEFAULT;
        pod.spec.serviceAccount = DEFAULT;
      }
      const account = await accountOf(request, pod.spec.serviceAccountName);
      if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod, random);
      if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
        pod.spec.imagePullSecrets = account.imagePullSecrets.map(({ name }) => ({ name }));
    },
    async validate(request) {
      const ephemeral = request.operation === "UPDATE" && request.subresource === "ephemeralcontainers";
      if (!ephemeral && (request.operation !== "CREATE" || request.subresource !== "")) return;
      const pod = request.object as Pod;
      if (!ephemeral && pod.metadata.annotations?.[MIRROR] !== undefined) return checkMirror(request, pod);
      if (!pod.spec.serviceAccountName) throw refused(request, `no service account specified for pod ${request.namespace}/${request.name}`);
      const account = await accountOf(request, pod.spec.serviceAccountName);
      if (!/^(1|t|T|true|TRUE|True)$/.test(account.metadata.annotations?.[ENFORCE_SECRETS] ?? "")) return;
      const complaint = secretComplaint(account, pod, ephemeral);
      if (complaint) throw refused(request, complaint);
    },
  };
}
