/** What a kind of volume declares, and what it is given. One file a kind; index.ts lists them. */

import type { PodCertificateProjection, Volume } from "../../api/tables/core-v1.ts";
import type { AgentPod } from "../pods/agent-pod.ts";
import type { PodObjects } from "../pods/config/environment.ts";
import type { PodAddresses } from "../pods/config/field-ref.ts";
import type { Allocatable } from "../pods/config/resource-ref.ts";

export interface TokenAsk {
  /** The API server's own where empty. */
  readonly audience: string;
  readonly expirationSeconds: number;
}

/** Tokens of the pod's service account, kept until they should be renewed. */
export interface TokenSource {
  token(pod: AgentPod, ask: TokenAsk): Promise<string>;
}

/** Which source of which volume wants what. */
export interface CertificateAsk {
  readonly volume: string;
  readonly index: number;
  readonly projection: PodCertificateProjection;
}

export interface PodCredential {
  /** PKCS#8 PEM. */
  readonly key: string;
  /** PEM, the pod's own certificate first. */
  readonly chain: string;
}

/** Certificates for pods, kept until they should be renewed. */
export interface CertificateSource {
  /** @throws Error where there is none now */
  certificate(pod: AgentPod, ask: CertificateAsk): Promise<PodCredential>;
}

export interface VolumeContext {
  readonly pod: AgentPod;
  /** Everything of this pod on this node's disk. */
  readonly podFolder: string;
  readonly objects: PodObjects;
  readonly tokens: TokenSource;
  readonly certificates: CertificateSource;
  /** The pod's addresses are empty before its sandbox is there. */
  readonly addresses: PodAddresses;
  readonly allocatable: Allocatable;
  readonly now: number;
}

/** The volume can't be had now; the message goes into the event FailedMount. */
export class VolumeError extends Error {
  override name = "VolumeError";
}

export interface PreparedVolume {
  /** On the node; what containers mount. */
  readonly path: string;
  /** Containers may not write to it, whatever they ask for. */
  readonly readOnly: boolean;
  /** Group ownership is the agent's to give (fsGroup). */
  readonly ownable: boolean;
}

export interface VolumeKind {
  /** The folder's name on disk, as Kubernetes' plugins have it: `kubernetes.io~secret`. */
  readonly folder: string;
  matches(volume: Volume): boolean;
  /** Makes it, or brings it up to date; called again and again while the pod lives. @throws VolumeError */
  prepare(context: VolumeContext, volume: Volume): Promise<PreparedVolume>;
}

export function volumePath({ podFolder }: VolumeContext, folder: string, volume: Volume): string {
  return `${podFolder}/volumes/${folder}/${volume.name}`;
}
