/** Subresources that do something of their own; those that only write a part of the object are in the kind's rules. One line each. */

import type { Verb } from "../../../security/attributes.ts";
import type { Handler } from "../../call.ts";
import { attach, exec } from "../connect/command.ts";
import { log } from "../connect/log.ts";
import { nodeProxy } from "../connect/node-proxy.ts";
import { podProxy } from "../connect/pod-proxy.ts";
import { portForward } from "../connect/port-forward.ts";
import { serviceProxy } from "../connect/service-proxy.ts";
import { bindByBody, bindPod } from "./binding.ts";
import { evict } from "./eviction.ts";
import { getScale, patchScale, updateScale } from "./scale.ts";

type Verbs = ReadonlyMap<Verb, Handler>;

/** Of kinds that have it. */
export const scale: Verbs = new Map<Verb, Handler>([
  ["get", getScale],
  ["update", updateScale],
  ["patch", patchScale],
]);
/** WebSockets come by GET, SPDY by POST. */
const session = (handler: Handler): Verbs =>
  new Map<Verb, Handler>([
    ["get", handler],
    ["create", handler],
  ]);
/** Every method; those that mean no verb, such as OPTIONS, too. */
const everything = (handler: Handler): Verbs => new Map<Verb, Handler>(["get", "create", "update", "patch", "delete", ""].map((verb) => [verb, handler]));
const on = (verb: Verb, handler: Handler): Verbs => new Map<Verb, Handler>([[verb, handler]]);

/** By `GROUP/RESOURCE/SUBRESOURCE`; a whole resource that is never stored has no third part. */
export const subresources: ReadonlyMap<string, Verbs> = new Map<string, Verbs>([
  ["/bindings", on("create", bindByBody)],
  ["/nodes/proxy", everything(nodeProxy)],
  ["/pods/attach", session(attach)],
  ["/pods/binding", on("create", bindPod)],
  ["/pods/eviction", on("create", evict)],
  ["/pods/exec", session(exec)],
  ["/pods/log", on("get", log)],
  ["/pods/portforward", session(portForward)],
  ["/pods/proxy", everything(podProxy)],
  ["/services/proxy", everything(serviceProxy)],
  ["/replicationcontrollers/scale", scale],
  ["apps/deployments/scale", scale],
  ["apps/replicasets/scale", scale],
  ["apps/statefulsets/scale", scale],
]);
