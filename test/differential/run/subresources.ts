/** Steps on an object's subresources. */

import { isObject, type Plain } from "../../../src/machinery/plain.ts";
import type { Choices } from "../random-writes.ts";
import { changed } from "./changes.ts";
import { anyAccept, anyForm, writeQuery } from "./forms.ts";
import { patchStep, withStatus } from "./lives.ts";
import type { Spot } from "./objects.ts";
import { jsonPatchOf, mergePatchOf, strategicPatchOf } from "./patches.ts";
import type { Asked } from "./servers.ts";
import type { Make } from "./story.ts";
import { jsonText } from "./text.ts";

const REPLICAS = [0, 1, 3, -1, 2147483647, "x", null];

export function stepOfSubresource(spot: Spot, subresource: string): Make {
  const at = `${spot.path}/${spot.name}/${subresource}`;
  switch (subresource) {
    case "status":
      return statusStep(spot, at);
    case "scale":
      return scaleStep(spot, at);
    case "approval":
      return (last = {}, choices) => {
        const conditions = [
          {
            type: choices.pick(["Approved", "Denied", "Failed", "", "Other"]),
            status: choices.pick(["True", "False", "", undefined]),
            reason: "r",
            message: "m",
          },
        ];
        return {
          method: "PUT",
          path: at,
          type: "application/json",
          body: jsonText({ ...last, status: { ...(last.status as Plain | undefined), conditions } }),
        };
      };
    case "finalize":
      return (last = {}, choices) => ({
        method: "PUT",
        path: at,
        type: "application/json",
        body: jsonText({ ...last, spec: choices.pick([{ finalizers: ["kubernetes"] }, {}, { finalizers: ["kubernetes", "a.io/b"] }, { finalizers: ["x"] }]) }),
      });
    case "token":
      return (_, choices) => ({
        method: "POST",
        path: at,
        type: "application/json",
        body: jsonText({
          spec: {
            audiences: choices.pick([undefined, [], ["a"], [""]]),
            expirationSeconds: choices.pick([undefined, 600, 599, 0, -1, 86400, 4294967296, 4294967297]),
            boundObjectRef: choices.pick([undefined, { kind: "Pod", name: "none", apiVersion: "v1" }, { kind: "Secret", name: "none" }, { kind: "X" }]),
          },
        }),
      });
    case "eviction":
      return (_, choices) => ({
        method: "POST",
        path: at,
        type: "application/json",
        body: jsonText({
          apiVersion: choices.pick(["policy/v1", "policy/v1", "policy/v1beta1", "v1"]),
          kind: "Eviction",
          metadata: { name: choices.pick([spot.name, spot.name, "other"]) },
          deleteOptions: choices.pick([undefined, { dryRun: ["All"] }, { preconditions: { uid: "x" } }, { gracePeriodSeconds: 0 }]),
        }),
      });
    case "binding":
      return (_, choices) => ({
        method: "POST",
        path: at,
        type: "application/json",
        body: jsonText({
          metadata: { name: choices.pick([spot.name, "other", undefined]), annotations: choices.pick([undefined, { a: "b" }]) },
          target: choices.pick([{ kind: "Node", name: "n9" }, { name: "n9" }, { kind: "Pod", name: "x" }, { kind: "Node" }, undefined]),
        }),
      });
    case "ephemeralcontainers":
    case "resize":
      return podStep(spot, at, subresource);
    default: // Sessions and proxies.
      return (_, choices) => ({
        method: choices.pick(["GET", "GET", "POST"]),
        path:
          at +
          choices.pick([
            "",
            "?container=x",
            "?follow=x",
            "?tailLines=-1",
            "?command=x&stdin=true",
            "?container=c&limitBytes=0",
            "?sinceSeconds=0&sinceTime=2025-03-04T05:06:07Z",
            "?ports=x",
            "?stream=Stdout",
          ]),
        accept: anyAccept(choices),
      });
  }
}

function statusStep({ kind }: Spot, at: string): Make {
  return (last = {}, choices): Asked => {
    const next = withStatus(choices, last, kind.schema);
    const type = "application/merge-patch+json";
    switch (choices.below(8)) {
      case 0:
        return { method: "GET", path: at, accept: anyAccept(choices, 3) };
      case 1:
        return {
          method: "PATCH",
          path: at + writeQuery(choices),
          type: choices.pick([type, "application/strategic-merge-patch+json"]),
          body: jsonText({ status: next.status }),
        };
      case 2:
        return {
          method: "PATCH",
          path: `${at}?fieldManager=${choices.pick(["m1", "m3"])}&force=${choices.below(2) === 0}`,
          type: "application/apply-patch+yaml",
          body: jsonText({ apiVersion: kind.apiVersion, kind: kind.name, metadata: { name: (last.metadata as Plain | undefined)?.name }, status: next.status }),
        };
      case 3:
        return { method: "PATCH", path: at, type, body: jsonText(mergePatchOf(choices, next, kind.schema)) };
      case 4:
        return { method: "PUT", path: at + writeQuery(choices), ...anyForm(choices, changed(choices, next, kind.schema, false), kind.schema) };
      default:
        return { method: "PUT", path: at + writeQuery(choices), accept: anyAccept(choices, 20), ...anyForm(choices, next, kind.schema) };
    }
  };
}

function scaleStep({ name, namespace }: Spot, at: string): Make {
  return (last, choices): Asked => {
    const replicas = choices.pick(REPLICAS);
    switch (choices.below(6)) {
      case 0:
        return { method: "GET", path: at, accept: anyAccept(choices, 2) };
      case 1:
        return {
          method: "PATCH",
          path: at + writeQuery(choices),
          type: choices.pick(["application/merge-patch+json", "application/strategic-merge-patch+json"]),
          body: jsonText({ spec: { replicas } }),
        };
      case 2:
        return {
          method: "PATCH",
          path: at,
          type: "application/json-patch+json",
          body: jsonText([{ op: choices.pick(["replace", "add", "test", "remove"]), path: "/spec/replicas", value: replicas }]),
        };
      case 3:
        return {
          method: "PATCH",
          path: `${at}?fieldManager=${choices.pick(["m1", "s"])}&force=${choices.below(2) === 0}`,
          type: "application/apply-patch+yaml",
          body: jsonText({ apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name }, spec: { replicas } }),
        };
      default: {
        const { resourceVersion, uid } = (isObject(last?.metadata) ? last.metadata : {}) as Plain;
        const metadata = {
          name: choices.below(12) === 0 ? "other" : name,
          namespace,
          ...choices.pick([{}, { resourceVersion }, { resourceVersion: "1" }, { uid }, { uid: "other" }]),
        };
        return {
          method: "PUT",
          path: at + writeQuery(choices),
          type: "application/json",
          body: jsonText({
            ...choices.pick([{}, { apiVersion: "autoscaling/v1", kind: "Scale" }, { kind: "Other" }]),
            metadata,
            spec: choices.below(10) === 0 ? undefined : { replicas },
          }),
        };
      }
    }
  };
}

const EPHEMERAL = { name: "debug", image: "i" };

function podStep({ kind }: Spot, at: string, subresource: string): Make {
  const resources = (choices: Choices): unknown =>
    choices.pick([
      { requests: { cpu: "1" } },
      { requests: { memory: "64Mi" }, limits: { memory: "64Mi" } },
      { limits: { cpu: "0.5m" } },
      {},
      { requests: { cpu: "-1" } },
      { limits: { "example.com/x": "1" } },
    ]);
  return (last = {}, choices): Asked => {
    const spec = (last.spec ?? {}) as { containers?: Plain[]; ephemeralContainers?: Plain[] };
    const name = choices.pick(["debug", "debug2", "c", ""]);
    const changedSpec =
      subresource === "resize"
        ? { ...spec, containers: spec.containers?.map((container, i) => (i === 0 ? { ...container, resources: resources(choices) } : container)) }
        : {
            ...spec,
            ephemeralContainers: [
              ...(spec.ephemeralContainers ?? []),
              {
                ...EPHEMERAL,
                name,
                ...choices.pick([{}, { targetContainerName: "c" }, { ports: [{ containerPort: 1 }] }, { resources: { limits: { cpu: "1" } } }]),
              },
            ],
          };
    switch (choices.below(4)) {
      case 0:
        return { method: "GET", path: at };
      case 1:
        return patchStep(at, "application/strategic-merge-patch+json", () =>
          subresource === "resize"
            ? { spec: { containers: [{ name: spec.containers?.[0]?.name, resources: resources(choices) }] } }
            : { spec: { ephemeralContainers: [{ ...EPHEMERAL, name }] } },
        )(last, choices);
      case 2:
        return patchStep(at, choices.pick(["application/json-patch+json", "application/strategic-merge-patch+json"]), (object, c) =>
          c.below(2) === 0 ? strategicPatchOf(c, object, kind.schema) : jsonPatchOf(c, object, kind.schema),
        )(last, choices);
      default:
        return { method: "PUT", path: at + writeQuery(choices), type: "application/json", body: jsonText({ ...last, spec: changedSpec }) };
    }
  };
}
