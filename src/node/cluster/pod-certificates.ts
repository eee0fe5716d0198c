/** Certificates of pods: a key made here, a PodCertificateRequest for it, and what its signer has issued; renewed when the signer says so (KEP-4317). */

import { Node, PodCertificateRequest, ServiceAccount } from "../../api/resources.ts";
import type { PodCertificateRequest as PodCertificateRequestObject } from "../../api/tables/certificates-v1.ts";
import type { Client } from "../../client/client.ts";
import { Informer } from "../../client/informer.ts";
import { newKeyPair } from "../../machinery/certificates/keys.ts";
import { fromPem, toPem } from "../../machinery/certificates/pem.ts";
import { newRequest } from "../../machinery/certificates/request.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { AgentPod } from "../pods/agent-pod.ts";
import type { Note } from "../pods/context.ts";
import { type CertificateAsk, type CertificateSource, type PodCredential, VolumeError } from "../volumes/volume-kind.ts";

/** A request that nobody has seen for so long was deleted, and another one is made. */
const ABANDON_MS = 10 * 60_000;
/** Renewals of many pods are spread over so long. */
const SPREAD_MS = 5 * 60_000;
const OVERDUE_MS = 10 * 60_000;

export interface PodCertificatesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly nodeName: string;
  /** Told the UIDs of the pods whose requests have changed. */
  onChange(podUids: readonly string[]): void;
  note(note: Note): void;
  failed(what: string): (error: unknown) => void;
}

interface Issued extends PodCredential {
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/** One projected source. */
interface Held {
  issued?: Issued;
  pending?: { readonly key: string; readonly name: string; readonly abandonAtMs: number };
  /** Why there will be none. */
  refused?: string;
  /** The events that were told of `issued`. */
  told: Set<string>;
}

export class PodCertificates implements CertificateSource {
  readonly #options: PodCertificatesOptions;
  readonly #held = new Map<string, Map<string, Held>>();
  #requests: Informer<PodCertificateRequestObject> | undefined;

  constructor(options: PodCertificatesOptions) {
    this.#options = options;
  }

  async certificate(pod: AgentPod, ask: CertificateAsk): Promise<PodCredential> {
    this.#requests ??= this.#watch();
    const held = this.#of(pod.metadata.uid, `${ask.volume}/${ask.index}`);
    this.#settle(pod, held);
    if (held.refused === undefined && !held.pending && this.#isDue(held)) {
      try {
        held.pending = await this.#request(pod, ask);
      } catch (error) {
        // What was issued is of use until it ends.
        if (!held.issued) throw error;
        this.#options.failed("pod certificate not renewed")(error);
      }
    }
    if (held.refused !== undefined) throw new VolumeError(held.refused);
    if (!held.issued) throw new VolumeError("credential bundle is not issued yet");
    this.#warn(pod, held, held.issued);
    return held.issued;
  }

  /** A pod is gone, and its keys with it. */
  forget(podUid: string): void {
    this.#held.delete(podUid);
  }

  #of(uid: string, source: string): Held {
    const own = this.#held.get(uid) ?? new Map<string, Held>();
    this.#held.set(uid, own);
    const held: Held = own.get(source) ?? { told: new Set() };
    own.set(source, held);
    return held;
  }

  #watch(): Informer<PodCertificateRequestObject> {
    const { client, clock, signal, nodeName, onChange, failed } = this.#options;
    const fieldSelector = `spec.nodeName=${nodeName}`;
    const requests = new Informer<PodCertificateRequestObject>(PodCertificateRequest, {
      client,
      clock,
      signal,
      fieldSelector,
      onError: failed("pod certificate requests not watched"),
    });
    requests.handle((now) => now && onChange([now.spec.podUID]));
    void requests.run();
    return requests;
  }

  #isDue({ issued }: Held): boolean {
    return !issued || this.#options.clock.now() >= issued.renewAtMs;
  }

  /** Takes up what has become of the request that is under way. */
  #settle(pod: AgentPod, held: Held): void {
    const { pending } = held;
    if (!pending) return;
    const { namespace } = pod.metadata;
    const { clock, random, note } = this.#options;
    const request = this.#requests?.get(namespace, pending.name);
    if (!request) {
      if (clock.now() > pending.abandonAtMs) delete held.pending;
      return;
    }
    const { conditions = [], certificateChain = "", beginRefreshAt = "", notAfter = "" } = request.status ?? {};
    for (const { type, reason, message } of conditions) {
      if (type === "Issued") {
        held.issued = {
          key: pending.key,
          chain: fromPem(certificateChain)
            .map(({ der }) => toPem("CERTIFICATE", der))
            .join(""),
          renewAtMs: Date.parse(beginRefreshAt) + random() * SPREAD_MS,
          endsAtMs: Date.parse(notAfter),
        };
        held.told = new Set();
      } else if (type === "Denied" || type === "Failed") {
        const what = type === "Denied" ? "was denied" : "failed";
        const facts = `reason=${JSON.stringify(reason)}, message=${JSON.stringify(message)}`;
        note({ pod, type: "Warning", reason: type, message: `PodCertificateRequest ${namespace}/${pending.name} ${what}, ${facts}` });
        held.refused = `PodCertificateRequest was permanently ${type.toLowerCase()}: reason=${JSON.stringify(reason)} message=${JSON.stringify(message)}`;
      } else continue;
      delete held.pending;
      return;
    }
  }

  async #request(pod: AgentPod, { projection }: CertificateAsk): Promise<NonNullable<Held["pending"]>> {
    const { client, clock, nodeName, random } = this.#options;
    const { name, namespace, uid } = pod.metadata;
    const { signerName = "", keyType = "", maxExpirationSeconds, userAnnotations } = projection;
    const serviceAccountName = pod.spec.serviceAccountName || "default";
    const [account, node] = await Promise.all([client.get(ServiceAccount, namespace, serviceAccountName), client.get(Node, "", nodeName)]);
    const pair = newKeyPair(keyType);
    const [stub] = fromPem(newRequest(pair, { commonName: "" }));
    const made = await client.create(PodCertificateRequest, {
      metadata: { namespace, generateName: "req-", ownerReferences: [{ apiVersion: "v1", kind: "Pod", name, uid }] },
      spec: {
        signerName,
        podName: name,
        podUID: uid,
        serviceAccountName,
        serviceAccountUID: account.metadata.uid ?? "",
        nodeName,
        nodeUID: node.metadata.uid ?? "",
        stubPKCS10Request: stub!.der.toString("base64"),
        ...(maxExpirationSeconds !== undefined && { maxExpirationSeconds }),
        ...(userAnnotations && { unverifiedUserAnnotations: userAnnotations }),
      },
    });
    return { key: pair.pem, name: made.metadata.name ?? "", abandonAtMs: clock.now() + ABANDON_MS + random() * SPREAD_MS };
  }

  #warn(pod: AgentPod, { told }: Held, { renewAtMs, endsAtMs }: Issued): void {
    const now = this.#options.clock.now();
    const warnings = [
      { from: renewAtMs + OVERDUE_MS, reason: "CertificateOverdueForRefresh", message: "PodCertificate refresh overdue" },
      { from: endsAtMs, reason: "CertificateExpired", message: "PodCertificate expired" },
    ];
    for (const { from, reason, message } of warnings) {
      if (now <= from || told.has(reason)) continue;
      told.add(reason);
      this.#options.note({ pod, type: "Warning", reason, message });
    }
  }
}
