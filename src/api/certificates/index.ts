/** The kinds of certificates.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { PodCertificateRequest } from "./pod-certificate-request.ts";
import { CertificateSigningRequest } from "./signing-request.ts";
import { ClusterTrustBundle } from "./trust-bundle.ts";

export const certificates: readonly Kind[] = [CertificateSigningRequest, ClusterTrustBundle, PodCertificateRequest];
