/** Trust anchors as one file: those of a bundle by name, or of all bundles of a signer that a selector matches (KEP-3257). */

import type { ClusterTrustBundleProjection } from "../../api/tables/core-v1.ts";
import { fromPem, toPem } from "../../machinery/certificates/pem.ts";
import { labelSelector } from "../../machinery/selectors/labels.ts";
import type { VolumeContext } from "./volume-kind.ts";
import { VolumeError } from "./volume-kind.ts";

/** @returns PEM text, each anchor once; empty where an optional source has none. @throws VolumeError where nothing is there that must be */
export async function trustAnchors({ objects }: VolumeContext, source: ClusterTrustBundleProjection): Promise<string> {
  const { name, signerName, optional = false } = source;
  if (name === undefined && signerName === undefined) throw new VolumeError("ClusterTrustBundle projection requires either name or signerName to be set");
  const bundles = await objects.trustBundles();
  // A missing selector chooses nothing, an empty one everything.
  const selector = labelSelector(source.labelSelector);
  const chosen = bundles.filter(({ metadata, spec }) =>
    name === undefined ? spec.signerName === signerName && selector.matches(metadata.labels) : metadata.name === name,
  );
  if (chosen.length === 0 && !optional) {
    throw new VolumeError(
      name === undefined
        ? "combination of signerName and labelSelector matched zero ClusterTrustBundles"
        : `while getting ClusterTrustBundle: clustertrustbundle.certificates.k8s.io ${JSON.stringify(name)} not found`,
    );
  }
  const anchors = new Set(chosen.flatMap(({ spec }) => fromPem(spec.trustBundle).map(({ der }) => toPem("CERTIFICATE", der))));
  // In one order whatever the bundles' order, so that the file changes only when the anchors do.
  return [...anchors].toSorted().join("");
}
