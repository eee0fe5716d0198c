/** `/version`: the release of Kubernetes' API that is served, and by what. */

import { answerJson } from "../respond/text.ts";
import type { EndpointRow } from "./table.ts";

const MINOR = "37";
/** Build metadata, after the `+`, doesn't count when clients compare versions. */
export const GIT_VERSION = `v1.${MINOR}.2+rampart`;

export const VERSION = {
  major: "1",
  minor: MINOR,
  emulationMajor: "1",
  emulationMinor: MINOR,
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "36",
  gitVersion: GIT_VERSION,
  gitCommit: "",
  gitTreeState: "",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: `node${process.versions.node}`,
  compiler: "v8",
  platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
};

export const versionEndpoint: EndpointRow = { path: "/version", methods: ["GET"], run: (call) => answerJson(call, VERSION) };
