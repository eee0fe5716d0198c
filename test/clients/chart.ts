/** A chart such as many have: a kind of its own, an object of it, a workload with its account, settings and ways in, and hooks. */

const name = "{{ .Release.Name }}";

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: flavours.shop.example.org}
spec:
  group: shop.example.org
  scope: Namespaced
  names: {plural: flavours, singular: flavour, kind: Flavour, shortNames: [fl], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns: [{name: Taste, type: string, jsonPath: .spec.taste}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [taste]
            properties:
              taste: {type: string, enum: [sweet, sour]}
              strength: {type: integer, default: 5, minimum: 1}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;

const OBJECTS = `apiVersion: shop.example.org/v1
kind: Flavour
metadata: {name: ${name}}
spec: {taste: {{ .Values.taste }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}-settings}
data: {colour: {{ .Values.colour }}}
---
apiVersion: v1
kind: Secret
metadata: {name: ${name}}
stringData: {password: open sesame}
---
{{- if .Values.account }}
apiVersion: v1
kind: ServiceAccount
metadata: {name: ${name}}
---
{{- end }}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: ${name}}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ${name}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name}}
subjects: [{kind: ServiceAccount, name: ${name}, namespace: {{ .Release.Namespace }}}]
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ${name}}
spec: {rules: [{host: shop.example.org, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: ${name}, port: {name: http}}}}]}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: ${name}}
spec: {minAvailable: 1, selector: {matchLabels: {app: ${name}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}, annotations: {checksum: {{ .Values.colour | sha256sum }}}}
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: example.invalid/shop:1
        ports: [{name: http, containerPort: 8080}]
        envFrom: [{configMapRef: {name: ${name}-settings}}]
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}-hook
  annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}
data: {a: b}
`;

const NOTES = `{{- with lookup "v1" "ServiceAccount" .Release.Namespace "default" }}Found the account {{ .metadata.name }}{{ end }}
On Kubernetes {{ .Capabilities.KubeVersion.Version }}{{ if .Capabilities.APIVersions.Has "apps/v1/Deployment" }} with deployments{{ end }}
`;

/** Path in the chart → its text. */
export const chartFiles: Readonly<Record<string, string>> = {
  "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\nkubeVersion: '>=1.30.0-0'\n",
  "values.yaml": "colour: red\ntaste: sweet\nreplicas: 2\naccount: true\n",
  "crds/flavours.yaml": CRD,
  "templates/objects.yaml": OBJECTS,
  "templates/NOTES.txt": NOTES,
};
