/** Times the dispatch of one change to many watches, by hand: `node test/bench/watch.ts`. */

import { Pod } from "../../src/api/core/pod.ts";
import { FanOut } from "../../src/apiserver/cache/fan-out.ts";
import { Change } from "../../src/apiserver/cache/history.ts";
import { StoredObject, servable } from "../../src/apiserver/cache/stored-object.ts";
import { jsonEvent, remembered } from "../../src/apiserver/respond/events.ts";
import { decode } from "../../src/machinery/json/decode.ts";
import { encodeWithHole } from "../../src/machinery/json/hole.ts";
import { runningPod } from "./pod.ts";
import { heading, time } from "./time.ts";

const WATCHES = 500;
const stored = Buffer.from(encodeWithHole(decode<object>(JSON.stringify(runningPod), Pod.schema).value, Pod.schema));
const facts = { uid: "u", labels: { app: "web" }, fields: [] };

function objectAt(revision: number): StoredObject {
  const { bytes, hole } = servable(stored, revision);
  return new StoredObject("production", "web", facts, revision, bytes, hole);
}

heading("Watch dispatch, an event of a pod");
for (const [name, selection] of [
  ["every pod", {}],
  ["the pods of a namespace", { namespace: "production" }],
  ["another namespace", { namespace: "elsewhere" }],
] as const) {
  const fanOut = new FanOut();
  const encode = remembered(jsonEvent);
  for (let i = 0; i < WATCHES; i++) {
    const deliver = (changes: readonly { readonly object: { readonly bytes: Buffer } | undefined }[]): void => {
      for (const { object } of changes) if (object) encode("MODIFIED", object.bytes);
    };
    fanOut.add({ selection, from: 0, deliver, lost() {} }, false);
  }
  let revision = 1;
  let last = objectAt(1);
  time(`${WATCHES} watches of ${name}`, () => {
    const object = objectAt(++revision);
    fanOut.publish([new Change(revision, "production", "web", object, last)]);
    last = object;
  });
}
