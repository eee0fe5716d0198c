/** Tells others that this server lives: a Lease in kube-system, renewed all the time (KEP-1965). What servers that are gone left behind is removed. */

import { createHash } from "node:crypto";
import type { KubeObject } from "../../api/kind.ts";
import type { Lease } from "../../api/tables/coordination-v1.ts";
import { type Clock, microTimestamp } from "../../machinery/clock.ts";
import type { Log } from "../../machinery/log.ts";
import type { Random } from "../../machinery/random.ts";
import type { Reader } from "../../security/reader.ts";
import type { Loopback } from "../loopback.ts";

const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
const LABEL = "apiserver.kubernetes.io/identity";
const COMPONENT = "kube-apiserver";
const DURATION_SECONDS = 3600;
const RENEW_MS = 10_000;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

export interface IdentityOptions {
  readonly loopback: Loopback;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The machine's name. */
  readonly host: string;
  /** Where the server can be reached: `10.0.0.1:6443`. */
  readonly address: string;
}

/** @returns what ends it, once the lease stands; the lease itself is left to run out */
export async function keepIdentity(options: IdentityOptions): Promise<() => void> {
  const { clock, log } = options;
  const name = `apiserver-${base32(createHash("sha256").update(options.host).digest().subarray(0, 16))}`;
  const holder = `${name}_${options.random.uuid()}`;
  let cancel = (): void => {};
  let ended = false;
  async function renew(): Promise<void> {
    try {
      await renewOnce(options, name, holder);
      await removeExpired(options, name);
    } catch (error) {
      if (!ended) log.warn("the server's own lease could not be renewed", { error: String(error) });
    }
    if (!ended) cancel = clock.after(RENEW_MS, () => void renew());
  }
  await renew();
  return () => {
    ended = true;
    cancel();
  };
}

async function renewOnce({ loopback, reader, clock, host, address }: IdentityOptions, name: string, holder: string): Promise<void> {
  const present = reader.get<Lease & KubeObject>("coordination.k8s.io", "leases", "kube-system", name);
  const lease: Lease & KubeObject = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      ...present?.metadata,
      name,
      namespace: "kube-system",
      labels: { ...present?.metadata.labels, [LABEL]: COMPONENT, "kubernetes.io/hostname": host },
      annotations: { ...present?.metadata.annotations, "kubernetes.io/peer-advertise-address": address },
    },
    spec: { holderIdentity: holder, leaseDurationSeconds: DURATION_SECONDS, renewTime: microTimestamp(clock.now()) },
  };
  const { code, body } = present ? await loopback.send("PUT", `${LEASES}/${name}`, lease) : await loopback.send("POST", LEASES, lease);
  // 409: another instance on this machine was faster, and says the same.
  if (code >= 300 && code !== 409) throw new Error(`Cannot write the lease ${name}: ${code} ${JSON.stringify(body)}`);
}

async function removeExpired({ loopback, reader, clock }: IdentityOptions, own: string): Promise<void> {
  for (const { metadata, spec } of [...reader.list<Lease & KubeObject>("coordination.k8s.io", "leases", "kube-system")]) {
    if (metadata.labels?.[LABEL] !== COMPONENT || metadata.name === own) continue;
    const end = Date.parse(spec?.renewTime ?? metadata.creationTimestamp ?? "") + (spec?.leaseDurationSeconds ?? 0) * 1000;
    if (end < clock.now()) await loopback.send("DELETE", `${LEASES}/${metadata.name}`);
  }
}

/** RFC 4648, lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(value >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}
