/** PodCertificateRequests: a node asks for a certificate in the name of a pod that it runs (KEP-4317). */

import { kind } from "../declare.ts";
import { column, NONE, nameColumn } from "../meta/columns.ts";
import { keepMetadata } from "../meta/status-update.ts";
import type { PodCertificateRequest as RequestType } from "../tables/certificates-v1.ts";
import { immutableSpec, issueErrors, podRequestErrors } from "./validate-pod-request.ts";

const DAY_SECONDS = 86_400;

export const PodCertificateRequest = kind<RequestType>("certificates.k8s.io/v1", "podcertificaterequests", {
  defaults({ spec }) {
    spec.maxExpirationSeconds ??= DAY_SECONDS;
  },
  conditionalUpdateOnly: true,
  validateCreate: ({ spec }) => podRequestErrors(spec),
  validateUpdate: immutableSpec,
  subresources: {
    status: {
      prepareUpdate(next, last) {
        next.spec = last.spec;
        keepMetadata(next, last);
      },
      validateUpdate: (next, last, { now }) => issueErrors(next, last, now),
    },
  },
  columns: [
    nameColumn,
    column("PodName", "string", "The pod that the certificate is for.", ({ spec }) => spec.podName ?? ""),
    column("ServiceAccountName", "string", "Whom the pod runs as.", ({ spec }) => spec.serviceAccountName ?? ""),
    column("NodeName", "string", "Where it runs.", ({ spec }) => spec.nodeName ?? ""),
    column("SignerName", "string", "Who shall sign.", ({ spec }) => spec.signerName ?? ""),
    column("State", "string", "What became of it.", stateOf),
    column("UnverifiedUserAnnotations", "string", "What the pod tells the signer.", ({ spec }) => labelsText(spec.unverifiedUserAnnotations)),
  ],
  selectableFields: {
    "spec.signerName": ({ spec }) => spec.signerName ?? "",
    "spec.podName": ({ spec }) => spec.podName ?? "",
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
  },
});

function stateOf({ status }: RequestType): string {
  return (status?.conditions ?? []).findLast(({ type }) => ["Issued", "Denied", "Failed"].includes(type))?.type ?? "Pending";
}

function labelsText(annotations: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(annotations ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? NONE : entries.map(([key, value]) => `${key}=${value}`).join(",");
}
