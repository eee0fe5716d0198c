/** Kubernetes' protobuf: objects, lists and events in their envelopes, and the metadata forms of them. */

import type { Kind, KubeObject } from "../../api/kind.ts";
import { schema } from "../../api/schemas.ts";
import { decode } from "../../machinery/json/decode.ts";
import { encodeMessage } from "../../machinery/protobuf/encode.ts";
import { watchFrame, wrapEnvelope } from "../../machinery/protobuf/envelope.ts";
import type { StructSchema } from "../../machinery/schema/schema.ts";
import { packed } from "../http/lent.ts";
import type { ListAnswer } from "../respond.ts";
import { remembered } from "./events.ts";
import type { BodyForm } from "./form.ts";
import { MadeForms } from "./made-forms.ts";
import { metadataOf, partialObject } from "./metadata-form.ts";

const MEDIA = "application/vnd.kubernetes.protobuf";
/** What the server itself holds may be as large as it is. */
const OWN_BUDGET = { maxBytes: 64 << 20, maxDepth: 10_000, maxMembers: 10_000_000 };

/** How a kind's objects are called, and what they become, in one of the forms. */
interface Sort {
  apiVersion(kind: Kind): string;
  name(kind: Kind): string;
  message(kind: Kind, bytes: Uint8Array): Buffer;
}

/** Room for the protobuf of ten thousand pods: what clients that list everything make the server keep, and no more. */
const MADE_BUDGET_BYTES = 96 * 1024 * 1024;
const made = new MadeForms(MADE_BUDGET_BYTES);

export const protobufForm = form({
  apiVersion: (kind) => kind.apiVersion,
  name: (kind) => kind.name,
  message: (kind, bytes) => made.get(bytes, () => message(bytes, kind.schema)),
});

/** Metadata alone. */
export const protobufPartialForms: Readonly<Record<"v1" | "v1beta1", BodyForm>> = { v1: partial("v1"), v1beta1: partial("v1beta1") };

function partial(version: "v1" | "v1beta1"): BodyForm {
  return form({
    apiVersion: () => `meta.k8s.io/${version}`,
    name: () => "PartialObjectMetadata",
    message(kind, bytes) {
      const metadata = metadataOf(kind, bytes);
      return message(metadata ? partialObject(metadata, version) : bytes, schema("meta.v1.PartialObjectMetadata"));
    },
  });
}

function form({ apiVersion, name, message: messageOf }: Sort): BodyForm {
  const object = (kind: Kind, bytes: Uint8Array): Buffer => wrapEnvelope(apiVersion(kind), name(kind), messageOf(kind, bytes));
  const encoders = new WeakMap<Kind, ReturnType<BodyForm["events"]>>();
  return {
    contentType: MEDIA,
    streamType: `${MEDIA};stream=watch`,
    object,
    list(kind, list) {
      const items = list.objects.map(({ bytes }) => messageOf(kind, bytes));
      return listChunks(apiVersion(kind), `${name(kind)}List`, list, items);
    },
    events(kind) {
      return encoders.getOrInsertComputed(kind, () =>
        remembered((type, bytes) => watchFrame(type, type === "ERROR" ? document("v1", "Status", textOf(bytes)) : object(kind, bytes))),
      );
    },
    document,
  };
}

/** What the server itself makes: Status and discovery's documents of the meta group, and the aggregated form of discovery. */
function document(apiVersion: string, kind: string, json: string): Buffer {
  const [group = "", version] = apiVersion === "v1" ? ["meta", "v1"] : apiVersion.split("/");
  return wrapEnvelope(apiVersion, kind, message(Buffer.from(json), schema(`${group.split(".", 1)[0]}.${version}.${kind}`)));
}

function message(bytes: Uint8Array, struct: StructSchema): Buffer {
  return encodeMessage(decode<KubeObject>(bytes, struct, OWN_BUDGET).value, struct);
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** A list's envelope with its items in between, none of which is copied twice. */
function listChunks(apiVersion: string, kind: string, list: ListAnswer, items: readonly Buffer[]): () => Uint8Array | undefined {
  const { resourceVersion, remaining } = list;
  const metadata = { resourceVersion, ...(list.continue && { continue: list.continue }), ...(remaining && { remainingItemCount: remaining }) };
  const listMeta = encodeMessage(metadata, schema("meta.v1.ListMeta"));
  const metaPart = Buffer.concat([lengthPrefix(1, listMeta.length), listMeta]);
  const prefixes = items.map((item) => lengthPrefix(2, item.length));
  const length = items.reduce((sum, item, index) => sum + prefixes[index]!.length + item.length, metaPart.length);
  const empty = wrapEnvelope(apiVersion, kind, new Uint8Array());
  // The envelope of nothing ends with the tag and the length of its message (0x12 0x00), then its two empty strings (0x1a 0x00 0x22 0x00).
  const head = Buffer.concat([empty.subarray(0, -6), lengthPrefix(2, length), metaPart]);
  const tail = empty.subarray(-4);
  let next = -1;
  return packed(() => {
    const index = next++;
    if (index === -1) return [head];
    if (index === items.length) return [tail];
    return index < items.length ? [prefixes[index]!, items[index]!] : undefined;
  });
}

/** The tag of a length-delimited field, and its length. */
function lengthPrefix(field: number, length: number): Buffer {
  const bytes = [(field << 3) | 2];
  let rest = length;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
