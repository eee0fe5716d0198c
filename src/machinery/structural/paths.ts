/** Paths of fields in what validation finds, as Kubernetes writes them (k8s.io/apimachinery util/validation/field). */

export function child(at: string, name: string): string {
  return at === "" ? name : `${at}.${name}`;
}

export function index(at: string, i: number): string {
  return `${at}[${i}]`;
}

export function key(at: string, name: string): string {
  return `${at}[${name}]`;
}
