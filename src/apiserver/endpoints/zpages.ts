/** `/statusz` and `/flagz`: what runs here and how it was started, for people as text and for programs as a typed document (KEP-4827, KEP-4828). */

import { parseJson } from "../../machinery/json/document.ts";
import { notAcceptable } from "../../machinery/status/status-error.ts";
import { encodeYaml } from "../../machinery/yaml/encode.ts";
import type { Call } from "../call.ts";
import { answerHeaders } from "../respond/headers.ts";
import { indent } from "../respond/indent.ts";
import type { EndpointRow } from "./table.ts";
import { VERSION } from "./version.ts";

const GROUP = "config.k8s.io";
const VERSIONS = ["v1beta1", "v1alpha1"];
const TEXT_WARNING =
  "Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.";
const PATHS = ["/flagz", "/healthz", "/livez", "/metrics", "/readyz", "/statusz", "/version"];
const COMPONENT = "apiserver";

export interface ZPagesOptions {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  now(): number;
  /** How the server was started, by the names of kube-apiserver's flags. */
  readonly flags: ReadonlyMap<string, string>;
}

export function zPages({ startedAt, now, flags }: ZPagesOptions): EndpointRow[] {
  const binaryVersion = VERSION.gitVersion.replace(/^v/, "").replace(/\+.*/, "");
  const emulationVersion = `${VERSION.emulationMajor}.${VERSION.emulationMinor}`;
  const sorted = [...flags].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    {
      path: "/statusz",
      methods: ["GET"],
      run(call) {
        const upSeconds = Math.floor((now() - startedAt) / 1000);
        const started = new Date(startedAt);
        const { goVersion } = VERSION;
        const facts = {
          startTime: `${started.toISOString().slice(0, 19)}Z`,
          uptimeSeconds: upSeconds,
          goVersion,
          binaryVersion,
          emulationVersion,
          paths: PATHS,
        };
        answer(call, "Statusz", facts, [
          "",
          `Started: ${unixDate(started)}`,
          `Up: ${Math.floor(upSeconds / 3600)} hr ${String(Math.floor(upSeconds / 60) % 60).padStart(2, "0")} min ${String(upSeconds % 60).padStart(2, "0")} sec`,
          `Go version: ${goVersion}`,
          `Binary version: ${binaryVersion}`,
          `Emulation version: ${emulationVersion}`,
          `Paths: ${PATHS.join(" ")}`,
        ]);
      },
    },
    {
      path: "/flagz",
      methods: ["GET"],
      run: (call) =>
        answer(
          call,
          "Flagz",
          { flags: Object.fromEntries(sorted) },
          sorted.map(([name, value]) => `${name}: ${value}`),
        ),
    },
  ];
}

/** @throws StatusError 406 where the client takes neither text nor the typed document */
function answer(call: Call, kind: "Statusz" | "Flagz", facts: object, lines: readonly string[]): void {
  const form = formOf(call.exchange.headers.accept, kind);
  if (!form) throw notAcceptable("only the following media types are accepted: application/json, application/yaml, text/plain");
  if (form.media === "text/plain") {
    const text = `\n${COMPONENT} ${kind.toLowerCase()}\n${TEXT_WARNING}\n${lines.join("\n")}\n`;
    call.exchange.answer(200, answerHeaders(call, "text/plain; charset=utf-8"), Buffer.from(text));
    return;
  }
  const { media, version } = form;
  if (version !== VERSIONS[0]) call.warnings.push(`This version of the ${kind.toLowerCase()} endpoint is deprecated. Please use a newer version.`);
  const json = JSON.stringify({ kind, apiVersion: `${GROUP}/${version}`, metadata: { name: COMPONENT }, ...facts });
  const text = media === "application/yaml" ? encodeYaml(parseJson(json)) : `${indent(json)}\n`;
  call.exchange.answer(200, answerHeaders(call, `${media};g=${GROUP};v=${version};as=${kind}`), Buffer.from(text));
}

interface Chosen {
  readonly media: string;
  readonly version: string;
}

/** The first clause of Accept that can be had. */
function formOf(accept: string | undefined, kind: string): Chosen | undefined {
  if (!accept) return { media: "text/plain", version: "" };
  for (const clause of accept.split(",")) {
    const [media = "", ...parameters] = clause.split(";").map((part) => part.trim());
    if (media === "*/*" || media === "text/plain" || media === "text/*") return { media: "text/plain", version: "" };
    if (media !== "application/json" && media !== "application/yaml") continue;
    const named = new Map(parameters.map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)]));
    const version = named.get("v") ?? "";
    if (named.get("g") === GROUP && named.get("as") === kind && VERSIONS.includes(version)) return { media, version };
  }
  return undefined;
}

/** `Tue Nov 24 14:29:25 UTC 2026` */
function unixDate(date: Date): string {
  const [day, number, month, year, time] = date.toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${String(Number(number)).padStart(2)} ${time} UTC ${year}`;
}
