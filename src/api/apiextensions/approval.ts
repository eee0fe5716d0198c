/** Groups that belong to Kubernetes: who defines resources in them must say where that was agreed (k8s.io/apiextensions-apiserver pkg/apihelpers). */

export const APPROVED = "api-approved.kubernetes.io";

export function isProtectedGroup(group = ""): boolean {
  return ["k8s.io", "kubernetes.io"].some((domain) => group === domain || group.endsWith(`.${domain}`));
}

export interface Approval {
  readonly state: "approved" | "bypassed" | "missing" | "invalid";
  readonly reason: string;
}

const SEE = "see https://github.com/kubernetes/enhancements/pull/1111";

export function approvalOf(annotations: Readonly<Record<string, string>> | undefined): Approval {
  const said = annotations?.[APPROVED] ?? "";
  const must = `protected groups must have approval annotation ${JSON.stringify(APPROVED)}`;
  if (said === "") return { state: "missing", reason: `${must}, ${SEE}` };
  if (said.startsWith("unapproved")) return { state: "bypassed", reason: `not approved: ${JSON.stringify(said)}` };
  if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#\s]+/.test(said)) return { state: "approved", reason: `approved in ${said}` };
  return { state: "invalid", reason: `${must} with either a URL or a reason starting with "unapproved", ${SEE}` };
}
