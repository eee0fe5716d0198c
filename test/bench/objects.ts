/** Times what a write does with a decoded pod, by hand: `node test/bench/objects.ts`. */

import { Pod } from "../../src/api/core/pod.ts";
import type { KubeObject } from "../../src/api/kind.ts";
import { managedUpdate } from "../../src/machinery/apply/update.ts";
import { decode } from "../../src/machinery/json/decode.ts";
import { encodeWithHole } from "../../src/machinery/json/hole.ts";
import { jsonPatch } from "../../src/machinery/patch/json-patch.ts";
import { mergePatch } from "../../src/machinery/patch/merge-patch.ts";
import { strategicMergePatch } from "../../src/machinery/patch/strategic-merge.ts";
import type { Plain } from "../../src/machinery/plain.ts";
import { open, seal } from "../../src/storage/sealing/envelope.ts";
import { runningPod } from "./pod.ts";
import { heading, time } from "./time.ts";

const { schema, rules } = Pod;
const text = JSON.stringify(runningPod);
const fresh = (): KubeObject => decode<KubeObject>(text, schema).value;
const live = fresh();
const plain = live as unknown as Plain; // Patches look at any object member by member.
const next = { ...plain, metadata: { ...(plain.metadata as Plain), labels: { app: "web", tier: "backend" } } };
const context = { now: Date.now() };
const image = { spec: { containers: [{ name: "web", image: "registry.example.com/team/web:v2" }] } };

heading("A pod on its way into the store");
time("default", () => rules.defaults?.(live as never));
time("validate", () => rules.validate?.(live as never, context));
time("validate an update", () => rules.validateUpdate?.(live as never, live as never, { ...context, sameSpec: false }));
time("JSON patch of a label", () => jsonPatch(plain, [{ op: "replace", path: "/metadata/labels/app", value: "x" }], schema));
time("merge patch of a label", () => mergePatch(plain, { metadata: { labels: { app: "x" } } }));
time("strategic merge patch of an image", () => strategicMergePatch(plain, image, schema));
time("record the owner of a changed label", () =>
  managedUpdate({ schema, live: plain, next, manager: "bench", apiVersion: "v1", time: "2026-11-24T11:00:00Z" }),
);
time("encode with the hole", () => encodeWithHole(live, schema));

const record = Buffer.from(encodeWithHole(live, schema));
const place = { key: "/registry/core/pods/production/web", created: 1, modified: 2 };
const [key, nonce] = [Buffer.alloc(32, 1), Buffer.alloc(12, 2)];
const sealed = seal(record, place, live.metadata.uid ?? "", 1, key, nonce);
time("seal", () => seal(record, place, live.metadata.uid ?? "", 1, key, nonce));
time("open", () => open(sealed, place, () => key));
