/** A small kind with one field of every form, which the codecs' tests share. */

import { schemaOf } from "../../src/machinery/schema/build.ts";
import { readTables } from "../../src/machinery/schema/read-tables.ts";
import type { StructSchema } from "../../src/machinery/schema/schema.ts";

const resolve = schemaOf(
  readTables(
    "t.v1",
    "io.t.v1",
    `
Thing
  TypeMeta t.v1.TypeMeta 0 inline
  metadata t.v1.Meta 1 omit=empty
  spec t.v1.Spec 2 omit=empty
  status t.v1.Status 3 omit=empty
TypeMeta
  kind string 1 omit=empty
  apiVersion string 2 omit=empty
Meta
  name string 1 omit=empty
  uid string 5 omit=empty
  resourceVersion string 6 omit=empty
  generation int64 7 omit=empty
  creationTimestamp time 8 omit=zero
  labels map[]string 11 omit=empty
Spec
  replicas int32 1 omit=empty pointer
  size int64 2
  ratio float64 14 omit=empty
  paused bool 3 omit=empty
  command []string 4 omit=empty
  ports []t.v1.Port 5
  limits map[]quantity 6 omit=empty
  divisor quantity 7 omit=empty
  data bytes 8 omit=empty
  Source t.v1.Source 9 inline
  raw raw 10 omit=empty pointer
  started microTime 11 omit=empty
  timeout duration 12 omit=empty pointer
  child t.v1.Spec 13 omit=empty pointer
Source
  hostPath t.v1.Port 1 omit=empty pointer
Port
  name string 1 omit=empty
  port int32 2
  target intOrString 3 omit=empty
Status
  ready bool 1 omit=empty
`,
  ),
);

export const thing: StructSchema = resolve("t.v1.Thing");
export const spec: StructSchema = resolve("t.v1.Spec");
