/** What a newcomer reads when the cluster stands: where the kubeconfig is, and commands that work as they are printed. */

import type { ClusterContext } from "./cluster/context.ts";

export function whatNext({ layout, withNodes }: Pick<ClusterContext, "layout" | "withNodes">): string {
  const lines = withNodes
    ? ["kubectl get nodes", "kubectl apply -f examples/hello.yaml", "kubectl get pods --watch"]
    : ["kubectl get namespaces", "kubectl create configmap hello --from-literal=who=world", "kubectl get configmap hello -o yaml"];
  return [
    "",
    `The cluster is up. Its kubeconfig: ${layout.adminKubeconfig}`,
    "",
    `  export KUBECONFIG=${layout.adminKubeconfig}`,
    ...lines.map((line) => `  ${line}`),
    "",
    "./rampart status shows its processes, ./rampart down stops it and keeps its data.",
    "",
  ].join("\n");
}
