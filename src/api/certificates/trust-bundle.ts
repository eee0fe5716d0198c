/** ClusterTrustBundles: which authorities pods may trust, for a signer or for anyone. */

import { X509Certificate } from "node:crypto";
import { fromPem, type PemBlock } from "../../machinery/certificates/pem.ts";
import { isDNS1123Subdomain } from "../../machinery/names.ts";
import { type FieldError, invalid, tooLong } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain, immutable } from "../meta/checks.ts";
import { column, NONE, nameColumn } from "../meta/columns.ts";
import { signerName } from "../meta/signer-name.ts";
import type { ClusterTrustBundle as BundleType } from "../tables/certificates-v1.ts";

const FIELD = "spec.trustBundle";
const BUNDLE_BYTES_MAX = 1 << 20;

export const ClusterTrustBundle = kind<BundleType>("certificates.k8s.io/v1", "clustertrustbundles", {
  // Checked with the rest of the object: its first part is the signer's.
  validateName: () => [],
  validateCreate: (bundle) => [...nameErrors(bundle, "generateName"), ...nameErrors(bundle), ...signerErrors(bundle), ...bundleErrors(bundle.spec.trustBundle)],
  validateUpdate: (next, last) => [
    ...nameErrors(next, "generateName"),
    ...nameErrors(next),
    ...signerErrors(next),
    ...(next.spec.trustBundle === last.spec.trustBundle ? [] : bundleErrors(next.spec.trustBundle)),
    ...immutable("spec.signerName", next.spec.signerName || undefined, last.spec.signerName || undefined),
  ],
  conditionalUpdateOnly: true,
  columns: [nameColumn, column("SignerName", "string", "Whose authorities they are.", ({ spec }) => spec.signerName || NONE)],
  selectableFields: { "spec.signerName": ({ spec }) => spec.signerName ?? "" },
});

/** `SIGNER:NAME`, with the signer's slash as a colon; a plain name where there is no signer. */
function nameErrors({ metadata, spec: { signerName: signer = "" } }: BundleType, member: "name" | "generateName" = "name"): FieldError[] {
  const name = metadata[member] ?? "";
  if (name === "") return []; // Said with the rest of the metadata.
  const at = `metadata.${member}`;
  const prefix = signer && `${signer.replaceAll("/", ":")}:`;
  if (prefix && !name.startsWith(prefix)) return [invalid(at, name, `ClusterTrustBundle for signerName ${signer} must be named with prefix ${prefix}`)];
  if (!prefix && name.includes(":")) return [invalid(at, name, 'ClusterTrustBundle without signer name must not have ":" in its name')];
  const own = name.slice(prefix.length);
  return complain(at, name, isDNS1123Subdomain(member === "generateName" && own.length > 1 && own.endsWith("-") ? `${own.slice(0, -2)}a` : own));
}

function signerErrors({ spec: { signerName: signer = "" } }: BundleType): FieldError[] {
  return signer ? signerName("spec.signerName", signer) : [];
}

function bundleErrors(bundle = ""): FieldError[] {
  if (Buffer.byteLength(bundle) > BUNDLE_BYTES_MAX) return [tooLong(FIELD, BUNDLE_BYTES_MAX)];
  const blocks = fromPem(bundle);
  const errors = blocks.flatMap((block, i) => blockErrors(block, i));
  if (errors.length > 0) return errors;
  if (blocks.length === 0) return [problem("at least one trust anchor must be provided")];
  const places = Map.groupBy(blocks.keys(), (i) => (blocks[i] as PemBlock).der.toString("base64"));
  return [...places.values()].filter((indices) => indices.length > 1).map((indices) => problem(`duplicate trust anchor (indices [${indices.join(" ")}])`));
}

function blockErrors({ label, der }: PemBlock, i: number): FieldError[] {
  if (label !== "CERTIFICATE") return [problem(`entry ${i} has bad block type: ${label}`)];
  try {
    return new X509Certificate(der).ca ? [] : [problem(`entry ${i} does not have the CA bit set`)];
  } catch {
    return [problem(`entry ${i} does not parse as X.509`)];
  }
}

function problem(detail: string): FieldError {
  return invalid(FIELD, "<value omitted>", detail);
}
