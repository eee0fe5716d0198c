/** Defaults of containers and their parts. [Kubernetes pkg/apis/core/v1/defaults.go] */

import { roundToMilli } from "../../meta/resource-list.ts";
import type { Container, EphemeralContainer, HTTPGetAction, LifecycleHandler, ObjectFieldSelector, Probe } from "../../tables/core-v1.ts";
import { defaultPullPolicy } from "./image-name.ts";

export function containerDefaults(container: Container | EphemeralContainer): void {
  container.imagePullPolicy ||= defaultPullPolicy(container.image);
  container.terminationMessagePath ||= "/dev/termination-log";
  container.terminationMessagePolicy ||= "File";
  for (const port of container.ports ?? []) port.protocol ||= "TCP";
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) fieldRefDefaults(valueFrom.fieldRef);
    if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.optional ??= false;
  }
  roundToMilli(container.resources?.limits);
  roundToMilli(container.resources?.requests);
  probeDefaults(container.livenessProbe);
  probeDefaults(container.readinessProbe);
  probeDefaults(container.startupProbe);
  handlerDefaults(container.lifecycle?.postStart);
  handlerDefaults(container.lifecycle?.preStop);
}

export function fieldRefDefaults(ref: ObjectFieldSelector): void {
  ref.apiVersion ||= "v1";
}

function probeDefaults(probe: Probe | undefined): void {
  if (!probe) return;
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  if (probe.httpGet) httpGetDefaults(probe.httpGet);
  if (probe.grpc) probe.grpc.service ??= "";
}

function handlerDefaults(handler: LifecycleHandler | undefined): void {
  if (handler?.httpGet) httpGetDefaults(handler.httpGet);
}

function httpGetDefaults(action: HTTPGetAction): void {
  action.path ||= "/";
  action.scheme ||= "HTTP";
}
