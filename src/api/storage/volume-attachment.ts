/** VolumeAttachments: a volume shall be attached to a node. */

import { isDNS1123Subdomain, isDNS1123SubdomainCaseless } from "../../machinery/names.ts";
import { type FieldError, forbiddenField, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import { inlineVolumeErrors } from "../core/volume/persistent.ts";
import { kind } from "../declare.ts";
import { complain, IMMUTABLE } from "../meta/checks.ts";
import { ageColumn, column, nameColumn } from "../meta/columns.ts";
import { sameStruct } from "../meta/semantic.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type { VolumeAttachmentSource, VolumeAttachmentStatus, VolumeAttachment as VolumeAttachmentType, VolumeError } from "../tables/storage-v1.ts";

const SOURCE = "spec.source";
const ONE_SOURCE = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
const METADATA_BYTES_MAX = 256 << 10;
const DRIVER_BYTES_MAX = 63;
const MESSAGE_BYTES_MAX = 1024;
const INT32_MAX = 2 ** 31 - 1;

export const VolumeAttachment = kind<VolumeAttachmentType>("storage.k8s.io/v1", "volumeattachments", {
  conditionalUpdateOnly: true,
  validate: ({ spec: { attacher, source = {}, nodeName = "" }, status }) => [
    ...attacherErrors("spec.attacher", attacher),
    ...sourceErrors(source),
    ...complain("spec.nodeName", nodeName, isDNS1123Subdomain(nodeName)),
    ...statusErrors(status),
  ],
  validateUpdate: (next, last) => (sameStruct("storage.v1.VolumeAttachmentSpec", next.spec, last.spec) ? [] : [invalid("spec", null, IMMUTABLE)]),
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        keepMetadata(next, last);
      },
      validateUpdate: ({ status }) => statusErrors(status),
    },
  },
  columns: [
    nameColumn,
    column("Attacher", "string", "Whose volume it is.", ({ spec }) => spec.attacher ?? "", { format: "name" }),
    column("PV", "string", "The volume.", ({ spec }) => spec.source?.persistentVolumeName ?? ""),
    column("Node", "string", "The node.", ({ spec }) => spec.nodeName ?? ""),
    column("Attached", "boolean", "Whether it is attached.", ({ status }) => status?.attached ?? false),
    ageColumn,
  ],
});

function attacherErrors(field: string, attacher: string | undefined): FieldError[] {
  if (!attacher) return [required(field, "")];
  return [
    ...(Buffer.byteLength(attacher) > DRIVER_BYTES_MAX ? [tooLong(field, DRIVER_BYTES_MAX)] : []),
    ...complain(field, attacher, isDNS1123SubdomainCaseless(attacher)),
  ];
}

function sourceErrors({ persistentVolumeName: name, inlineVolumeSpec: inline }: VolumeAttachmentSource): FieldError[] {
  if (inline && name !== undefined) return [forbiddenField(SOURCE, ONE_SOURCE), ...complain(`${SOURCE}.persistentVolumeName`, name, isDNS1123Subdomain(name))];
  if (inline) return inlineVolumeErrors(`${SOURCE}.inlineVolumeSpec`, inline);
  if (name === undefined) return [required(SOURCE, ONE_SOURCE)];
  const field = `${SOURCE}.persistentVolumeName`;
  return [...(name ? [] : [required(field, "must specify non empty persistentVolumeName")]), ...complain(field, name, isDNS1123Subdomain(name))];
}

function statusErrors(status: VolumeAttachmentStatus | undefined): FieldError[] {
  const { attachmentMetadata = {}, attachError, detachError } = status ?? {};
  const bytes = Object.entries(attachmentMetadata).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...(bytes > METADATA_BYTES_MAX ? [tooLong("status.attachmentMetadata", METADATA_BYTES_MAX)] : []),
    ...volumeErrorErrors("status.attachError", attachError),
    ...volumeErrorErrors("status.detachError", detachError),
  ];
}

function volumeErrorErrors(at: string, error: VolumeError | undefined): FieldError[] {
  const { message = "", errorCode } = error ?? {};
  return [
    ...(Buffer.byteLength(message) > MESSAGE_BYTES_MAX ? [tooLong(`${at}.message`, MESSAGE_BYTES_MAX)] : []),
    ...(errorCode !== undefined && errorCode < 0 ? [invalid(`${at}.errorCode`, errorCode, `must be between 0 and ${INT32_MAX}, inclusive`)] : []),
  ];
}
