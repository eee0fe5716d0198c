/** CSIDrivers: how the cluster treats the volumes of a driver. */

import { duplicate, type FieldError, invalid, notSupported } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { IMMUTABLE, optionalOneOf, same } from "../meta/checks.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import { sameList, sameStruct } from "../meta/semantic.ts";
import type { CSIDriverSpec, CSIDriver as CSIDriverType, TokenRequest } from "../tables/storage-v1.ts";

const FS_GROUP_POLICIES: readonly string[] = ["File", "None", "ReadWriteOnceWithFSType"];
const MODES: readonly string[] = ["Persistent", "Ephemeral"];
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;
const UPDATE_SECONDS_MIN = 10;
const TOKENS_IN_SECRETS =
  "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes";

export const CSIDriver = kind<CSIDriverType>("storage.k8s.io/v1", "csidrivers", {
  defaults({ spec }) {
    spec.attachRequired ??= true;
    spec.podInfoOnMount ??= false;
    spec.storageCapacity ??= false;
    spec.fsGroupPolicy ??= "ReadWriteOnceWithFSType";
    if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ["Persistent"];
    spec.requiresRepublish ??= false;
    spec.seLinuxMount ??= false;
    spec.preventPodSchedulingIfMissing ??= false;
  },
  // The first change is the first generation: a new driver has none.
  prepareUpdate({ metadata, spec }, last) {
    if (!sameStruct("storage.v1.CSIDriverSpec", spec, last.spec)) metadata.generation = Number(last.metadata.generation ?? 0) + 1;
  },
  conditionalUpdateOnly: true,
  validate: ({ spec }) => specErrors(spec),
  validateUpdate: ({ spec }, { spec: last }) => [
    ...(spec.attachRequired === last.attachRequired ? [] : [invalid("spec.attachedRequired", spec.attachRequired, IMMUTABLE)]),
    ...(same(spec.volumeLifecycleModes, last.volumeLifecycleModes) ? [] : [invalid("spec.volumeLifecycleModes", spec.volumeLifecycleModes, IMMUTABLE)]),
  ],
  warnings({ spec }, last) {
    if (!spec.tokenRequests?.length || spec.serviceAccountTokenInSecrets !== undefined) return [];
    return last && sameList("storage.v1.TokenRequest", spec.tokenRequests, last.spec.tokenRequests) ? [] : [TOKENS_IN_SECRETS];
  },
  columns: [
    nameColumn,
    column("AttachRequired", "boolean", "Whether volumes are attached to nodes first.", ({ spec }) => spec.attachRequired ?? true),
    column("PodInfoOnMount", "boolean", "Whether the driver is told of the pod.", ({ spec }) => spec.podInfoOnMount ?? false),
    column("StorageCapacity", "boolean", "Whether the driver says how much room there is.", ({ spec }) => spec.storageCapacity ?? false),
    column("TokenRequests", "string", "For whom pods' tokens are made.", ({ spec }) => audiencesCell(spec.tokenRequests)),
    column("RequiresRepublish", "boolean", "Whether volumes are mounted again and again.", ({ spec }) => spec.requiresRepublish ?? false),
    column("Modes", "string", "Whether volumes outlive their pods.", ({ spec }) => (spec.volumeLifecycleModes ?? []).join(",") || NONE),
    ageColumn,
  ],
});

function specErrors(spec: CSIDriverSpec): FieldError[] {
  const { fsGroupPolicy, tokenRequests = [], volumeLifecycleModes = [], nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets } = spec;
  return [
    ...optionalOneOf("spec.fsGroupPolicy", fsGroupPolicy, FS_GROUP_POLICIES),
    ...tokenErrors(tokenRequests),
    ...volumeLifecycleModes.flatMap((mode) => (MODES.includes(mode) ? [] : [notSupported("spec.volumeLifecycleModes", mode, MODES, "given")])),
    ...(period !== undefined && period < UPDATE_SECONDS_MIN
      ? [invalid("spec.nodeAllocatableUpdatePeriodSeconds", period, "must be greater than or equal to 10 seconds")]
      : []),
    ...(serviceAccountTokenInSecrets !== undefined && tokenRequests.length === 0
      ? [invalid("spec.serviceAccountTokenInSecrets", serviceAccountTokenInSecrets, "serviceAccountTokenInSecrets is set but no tokenRequests are specified")]
      : []),
  ];
}

function tokenErrors(requests: readonly TokenRequest[]): FieldError[] {
  const audiences = new Set<string>();
  return requests.flatMap(({ audience = "", expirationSeconds: seconds }, i) => {
    const at = `spec.tokenRequests[${i}]`;
    if (audiences.has(audience)) return [duplicate(`${at}.audience`, audience)];
    audiences.add(audience);
    if (seconds === undefined) return [];
    return [
      ...(seconds < TOKEN_SECONDS_MIN ? [invalid(`${at}.expirationSeconds`, seconds, "may not specify a duration less than 10 minutes")] : []),
      ...(seconds > TOKEN_SECONDS_MAX ? [invalid(`${at}.expirationSeconds`, seconds, "may not specify a duration larger than 2^32 seconds")] : []),
    ];
  });
}

function audiencesCell(requests: readonly TokenRequest[] | undefined): string {
  return requests ? requests.map(({ audience }) => audience).join(",") : "<unset>";
}
