/** CertificateSigningRequests: someone asks for a certificate, someone approves, a signer signs. */

import { kind } from "../declare.ts";
import { ageColumn, column, NONE, nameColumn } from "../meta/columns.ts";
import { humanDuration } from "../meta/human-duration.ts";
import type { CertificateSigningRequest as RequestType } from "../tables/certificates-v1.ts";
import { approvalErrors, changeErrors, requestErrors, statusErrors } from "./validate-request.ts";

export const CertificateSigningRequest = kind<RequestType>("certificates.k8s.io/v1", "certificatesigningrequests", {
  prepareUpdate: keepAll,
  validateName: () => [],
  validateCreate: ({ spec }) => requestErrors(spec),
  validateUpdate: changeErrors,
  subresources: {
    status: { resetFields: ["spec"], prepareUpdate: keepSpec, validateUpdate: statusErrors },
    approval: { prepareUpdate: keepAllButConditions, validateUpdate: approvalErrors },
  },
  columns: [
    nameColumn,
    ageColumn,
    column("SignerName", "string", "Who shall sign.", ({ spec }) => spec.signerName || NONE),
    column("Requestor", "string", "Who asks.", ({ spec }) => spec.username ?? ""),
    column("RequestedDuration", "string", "How long the certificate shall be valid.", ({ spec }) =>
      spec.expirationSeconds === undefined ? NONE : humanDuration(spec.expirationSeconds * 1000),
    ),
    column("Condition", "string", "What became of it.", conditionCell),
  ],
  selectableFields: { "spec.signerName": ({ spec }) => spec.signerName ?? "" },
});

/** What was asked can't be changed, and what became of it only where that is written. */
function keepAll(next: RequestType, last: RequestType): void {
  keepSpec(next, last);
  if (last.status) next.status = last.status;
  else delete next.status;
}

function keepSpec(next: RequestType, last: RequestType): void {
  next.spec = last.spec;
}

function keepAllButConditions(next: RequestType, last: RequestType): void {
  const conditions = next.status?.conditions;
  keepAll(next, last);
  const { conditions: _, ...rest } = last.status ?? {};
  next.status = { ...rest, ...(conditions && { conditions }) };
}

function conditionCell({ status }: RequestType): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const verdict = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
  return `${verdict}${has("Failed") ? ",Failed" : ""}${status?.certificate ? ",Issued" : ""}`;
}
