#!/bin/bash
# Runs the same kubectl commands against two servers without controllers, ours and a real kube-apiserver, and prints where their outputs differ.
#   kubectl.sh OUR_KUBECONFIG THEIR_KUBECONFIG
# Ages, UIDs, versions, addresses and ports of services, tokens and times are left out. Needs kubectl on PATH. Ends with 1 if anything differs.
set -uo pipefail
OURS=$(realpath "${1:?our kubeconfig}"); THEIRS=$(realpath "${2:?their kubeconfig}")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
namespace=kubectl-$RANDOM

cat >"$work/objects.yaml" <<'Y'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: "nginx:1", ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web}}
data: {a: "1", b: "2"}
---
apiVersion: v1
kind: Pod
metadata: {name: one, labels: {app: web}}
spec: {automountServiceAccountToken: false, containers: [{name: main, image: "busybox:1"}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {schedule: "0 3 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: "busybox:1"}]}}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front}
spec: {rules: [{host: example.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
Y
sed -e 's/replicas: 2/replicas: 3/' -e 's/nginx:1/nginx:2/' "$work/objects.yaml" >"$work/changed.yaml"
printf '#!/bin/sh\nsed -i "s/b: \\"2\\"/b: edited/" "$1"\n' >"$work/editor"; chmod +x "$work/editor"
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, nope: 1}\ndata: {a: "1"}\nother: {}\n' >"$work/unknown.yaml"
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: "1", a: "2"}\n' >"$work/twice.yaml"
export KUBECTL_EXTERNAL_DIFF="diff -u0 --label a --label b" EDITOR=$work/editor

# One command a line; explain of every kind follows.
cat >"$work/commands" <<C
api-resources -o wide
api-resources --namespaced=false --verbs=list -o name
api-versions
auth whoami
auth can-i --list -n $namespace
auth can-i create pods
auth can-i --list --as=system:serviceaccount:$namespace:default -n $namespace
create namespace $namespace
label namespace $namespace pod-security.kubernetes.io/enforce=privileged
-n $namespace create serviceaccount default
-n $namespace apply -f $work/objects.yaml
-n $namespace apply -f $work/objects.yaml
-n $namespace get all
-n $namespace get all -o wide
-n $namespace get deployments,services,configmaps,pods,cronjobs,ingresses -o yaml
-n $namespace get deployments -o json
-n $namespace get pods -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[0].image
-n $namespace get pods --show-labels --sort-by=.metadata.name
-n $namespace get pods -o name -l app=web
-n $namespace get pods --field-selector status.phase=Pending
-n $namespace get pods --field-selector nope=1
-n $namespace get pods -o jsonpath={.items[*].spec.restartPolicy}
-n $namespace get nopes
-n $namespace get pod nope
-n $namespace diff -f $work/changed.yaml
-n $namespace diff --server-side -f $work/changed.yaml
-n $namespace apply --server-side -f $work/changed.yaml
-n $namespace apply --server-side --force-conflicts -f $work/changed.yaml
-n $namespace apply --server-side --field-manager=other -f $work/objects.yaml
-n $namespace apply -f $work/objects.yaml
-n $namespace apply --dry-run=server -f $work/changed.yaml
-n $namespace apply view-last-applied configmap settings
-n $namespace get configmap settings -o yaml --show-managed-fields
-n $namespace apply -f $work/unknown.yaml
-n $namespace apply --validate=false -f $work/unknown.yaml
-n $namespace apply --validate=warn -f $work/unknown.yaml
-n $namespace apply -f $work/twice.yaml
-n $namespace create -f $work/twice.yaml --validate=warn
-n $namespace replace -f $work/objects.yaml
-n $namespace edit configmap settings
-n $namespace label pod one tier=front
-n $namespace label pod one tier=back
-n $namespace label pod one tier=back --overwrite
-n $namespace annotate pod one note=hello
-n $namespace annotate pod one note-
-n $namespace patch configmap settings -p {"data":{"c":"3"}}
-n $namespace patch configmap settings --type=json -p [{"op":"test","path":"/data/c","value":"4"}]
-n $namespace patch configmap settings --type=merge -p {"data":{"c":null},"nope":1}
-n $namespace scale deployment web --replicas=5
-n $namespace scale deployment web --current-replicas=2 --replicas=1
-n $namespace autoscale deployment web --max=9
-n $namespace set image deployment/web nginx=nginx:3
-n $namespace set env deployment/web A=b
-n $namespace set resources deployment/web --limits=cpu=100m
-n $namespace set serviceaccount deployment web default
-n $namespace rollout history deployment web
-n $namespace rollout status deployment web --watch=false
-n $namespace rollout pause deployment web
-n $namespace rollout resume deployment web
-n $namespace rollout restart deployment nope
-n $namespace expose deployment web --name=again --port=81
-n $namespace run two --image=busybox:1 --restart=Never
-n $namespace debug one --image=busybox:1 --target=main --attach=false -q
-n $namespace debug one --copy-to=three --image=busybox:1 --attach=false -q
-n $namespace get pod one -o jsonpath={.spec.ephemeralContainers[0].image}
-n $namespace describe configmap settings
-n $namespace describe service web
-n $namespace describe ingress front
-n $namespace describe pod one
-n $namespace describe deployment web
-n $namespace events
-n $namespace events --for pod/one --types=Warning
-n $namespace get events
-n $namespace wait --for=jsonpath={.spec.restartPolicy}=Always pod/one --timeout=5s
-n $namespace wait --for=condition=Ready pod/one --timeout=1s
-n $namespace wait --for=delete pod/nope --timeout=1s
-n $namespace create token default
-n $namespace create token nope
-n $namespace create token default --duration=1m
-n $namespace create secret generic s --from-literal=a=b
-n $namespace create role r --verb=get --resource=pods
-n $namespace create rolebinding rb --role=r --serviceaccount=$namespace:default
-n $namespace auth can-i --list --as=system:serviceaccount:$namespace:default
-n $namespace auth reconcile -f $work/objects.yaml
-n $namespace create job j --from=cronjob/nightly
-n $namespace create quota q --hard=pods=9
-n $namespace create deployment d --image=nginx:1 --dry-run=server -o yaml
-n $namespace create ingress i --rule=a.test/b=web:80
-n $namespace create poddisruptionbudget p --selector=app=web --min-available=1
-n $namespace create priorityclass $namespace --value=3
-n $namespace logs one
-n $namespace exec one -- true
-n $namespace port-forward one 80
-n $namespace attach one
-n $namespace cp one:/a $work/a
-n $namespace top pods
-n $namespace delete pod two --now
-n $namespace delete deployment web --cascade=orphan
-n $namespace delete job j --cascade=foreground --wait=false
-n $namespace delete pod,service --all --force
-n $namespace delete -f $work/objects.yaml --ignore-not-found
-n $namespace get all
get --raw /api/v1/namespaces/$namespace
get --raw /nope
get --raw /version
get componentstatuses
cluster-info
version
get apiservices
get flowschemas
get priorityclasses
get clusterroles
get nodes
get namespaces
describe namespace $namespace
drain nope
cordon nope
taint node nope a=b:NoSchedule
certificate approve nope
delete namespace $namespace --wait=false
C

normal() { sed -E \
  -e 's#https?://[0-9a-z.:]+#URL#g' -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UID/g' -e 's/(resourceVersion"?: ?)"[0-9]+"/\1RV/' \
  -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g' -e 's/10\.96\.[0-9]+\.[0-9]+/IP/g' -e 's/\b(([0-9]+[dhms]){1,2}|<unknown>|<invalid>)( ago)?\b/AGE/g' \
  -e 's/[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]+ [+-][0-9]+/DATE/g' -e 's/eyJ[A-Za-z0-9_.-]+/TOKEN/g' -e 's/debugger-[a-z0-9]{5}/debugger-X/g' -e 's/kube-api-access-[a-z0-9]{5}/kube-api-access-X/g' \
  -e 's#/tmp/(LIVE|MERGED)-[0-9]+#/tmp/\1#g' -e 's/^[EIW][0-9]{4} [0-9:.]+ +[0-9]+ /LOG /' -e 's/X509SHA256=[0-9a-f]+/X509/' -e 's/[ \t]+/ /g'; }

{ cat "$work/commands"; kubectl --kubeconfig "$THEIRS" api-resources -o name --cached=false | while read -r name; do echo "explain $name"; echo "explain $name --recursive"; done; } >"$work/all"
count=0; differ=0
while IFS= read -r line; do
  read -ra words <<<"$line"
  for side in ours theirs; do
    file=$OURS; [ $side = theirs ] && file=$THEIRS
    timeout 30 kubectl --kubeconfig "$file" --cache-dir "$work/cache-$side" "${words[@]}" </dev/null >"$work/$side.raw" 2>&1
    { echo "exit $?"; normal <"$work/$side.raw"; } >"$work/$side"
  done
  # What explain says beyond names and types is prose.
  case $line in explain*) for side in ours theirs; do grep -v '<empty>' "$work/$side" | grep -E '^(exit|GROUP|KIND|VERSION)|<[^ >]*>|enum:|-required-' >"$work/$side.facts"; mv "$work/$side.facts" "$work/$side"; done ;; esac
  count=$((count + 1))
  if ! diff -u --label theirs --label ours "$work/theirs" "$work/ours" >"$work/difference"; then
    differ=$((differ + 1)); echo "── kubectl $line"; sed -n 3,60p "$work/difference"
  fi
done <"$work/all"
echo "$count commands, $differ differ"
[ $differ = 0 ]
