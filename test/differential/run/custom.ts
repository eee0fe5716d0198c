/** Custom resources among the kinds of the run: the definition of custom.yaml in a group of the run's own, and its kinds as the product makes them. */

import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { parse } from "yaml";
import type { CustomResourceDefinition } from "../../../src/api/tables/apiextensions-v1.ts";
import { DefinitionText } from "../../../src/apiserver/custom/definition-text.ts";
import { kindsOf } from "../../../src/apiserver/custom/kinds.ts";
import type { Plain } from "../../../src/machinery/plain.ts";
import type { Kind } from "../random-writes.ts";
import type { Server } from "./servers.ts";

const text = readFileSync(`${import.meta.dirname}/custom.yaml`, "utf8");
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/** Kubernetes waits so long until all of its servers may have heard of a definition. */
const SETTLE_MS = 6000;
const TRIES = 100;

export interface Custom {
  readonly kinds: readonly Kind[];
  readonly samples: readonly Plain[];
  define(servers: readonly Server[]): Promise<void>;
  forget(servers: readonly Server[]): Promise<void>;
}

/** @param run its name, which no other run has */
export function customOf(run: string): Custom {
  const group = `${run}.example.com`;
  const { definition, objects } = parse(text.replaceAll("$GROUP", group)) as { definition: CustomResourceDefinition; objects: Plain[] };
  const body = JSON.stringify(definition);
  const kinds = kindsOf(definition, new DefinitionText("", Buffer.from(body)), undefined).map(({ kind }) => kind);
  const at = `${DEFINITIONS}/gadgets.${group}`;
  return {
    kinds,
    samples: objects,
    async define(servers) {
      await Promise.all(servers.map((server) => server.ask({ method: "POST", path: DEFINITIONS, type: "application/json", body })));
      await Promise.all(servers.flatMap((server) => kinds.map(({ apiVersion }) => served(server, `/apis/${apiVersion}/gadgets`))));
      await setTimeout(SETTLE_MS);
    },
    async forget(servers) {
      await Promise.all(servers.map((server) => server.ask({ method: "DELETE", path: at })));
    },
  };
}

async function served(server: Server, path: string): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    if ((await server.ask({ method: "GET", path })).code === 200) return;
    await setTimeout(100);
  }
  throw new Error(`${path} isn't served`);
}
