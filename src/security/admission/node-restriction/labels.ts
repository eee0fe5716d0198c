/** Labels that a node may not give itself, because pods are steered by them. */

const OWN = new Set([
  "kubernetes.io/hostname",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
]);

const isWithin = (domain: string, parent: string) => domain === parent || domain.endsWith(`.${parent}`);

function isForbidden(label: string): boolean {
  const slash = label.indexOf("/");
  const domain = slash < 0 ? "" : label.slice(0, slash);
  if (isWithin(domain, "node-restriction.kubernetes.io")) return true;
  if (!isWithin(domain, "kubernetes.io") && !isWithin(domain, "k8s.io")) return false;
  return !OWN.has(label) && !isWithin(domain, "kubelet.kubernetes.io") && !isWithin(domain, "node.kubernetes.io");
}

type Labels = Readonly<Record<string, string>>;

/** @returns the labels that differ and that a node may not touch, sorted */
export function forbiddenLabels(next: Labels = {}, last: Labels = {}): string[] {
  const keys = new Set([...Object.keys(next), ...Object.keys(last)]);
  const value = (labels: Labels, key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return [...keys].filter((key) => value(next, key) !== value(last, key) && isForbidden(key)).toSorted();
}
