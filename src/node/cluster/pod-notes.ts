/** Events about the pods of this node, under the kubelet's name: who reads events looks for that. */

import type { Client } from "../../client/client.ts";
import { createRecorder } from "../../client/recorder.ts";
import type { Clock } from "../../machinery/clock.ts";
import type { Log } from "../../machinery/log.ts";
import type { Note } from "../pods/context.ts";

const LISTS = { init: "initContainers", ordinary: "containers", ephemeral: "ephemeralContainers" } as const;

export function podNotes(client: Client, { clock, host, log }: { readonly clock: Clock; readonly host: string; readonly log: Log }): (note: Note) => void {
  // A namespace that is being deleted takes no events, and its pods have many to tell.
  const onError = (error: unknown) => log.debug("event not recorded", { error: (error as Error).message });
  const recorder = createRecorder({ client: () => client, clock, host, onError });
  return ({ pod, container, type, reason, message }) => {
    const fieldPath = container && `spec.${LISTS[container.kind]}{${container.name}}`;
    recorder.note("kubelet", { about: { ...pod, apiVersion: "v1", kind: "Pod" }, type, reason, message, ...(fieldPath && { fieldPath }) });
  };
}
