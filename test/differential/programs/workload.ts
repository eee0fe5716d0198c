/** Work for a scheduler and controllers: one namespace a round with all kinds of workloads, changed while they run, then taken away. */

import type { Plain } from "../../../src/machinery/plain.ts";
import type { Ask } from "../random-writes.ts";

const MERGE = "application/merge-patch+json";
const GONE_MS = 60_000;
/** What must have come of a round before it is taken away. */
const SETTLE_MS = 40_000;

const security = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const podSpec = (more: Plain = {}): Plain => ({
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
  containers: [{ name: "main", image: "example.invalid/app:1", securityContext: security, resources: { requests: { cpu: "50m", memory: "32Mi" } } }],
  ...more,
});
const template = (app: string, more: Plain = {}): Plain => ({ metadata: { labels: { app } }, spec: podSpec(more) });
const selector = (app: string): Plain => ({ matchLabels: { app } });

interface Made {
  /** `apis/apps/v1 deployments` */
  readonly at: string;
  readonly object: Plain & { readonly metadata: { readonly name: string } };
}

function made(at: string, name: string, object: Plain): Made {
  return { at, object: { ...object, metadata: { name, ...(object.metadata as Plain | undefined) } } };
}

/** Everything of one round, in the order in which it is made. */
function objects(namespace: string): Made[] {
  const volume = `${namespace}-disk`;
  return [
    made("api/v1 resourcequotas", "all", { spec: { hard: { pods: "60", services: "10", "requests.cpu": "8", configmaps: "10" } } }),
    made("api/v1 limitranges", "all", { spec: { limits: [{ type: "Container", default: { cpu: "100m" }, defaultRequest: { cpu: "50m" } }] } }),
    made("api/v1 configmaps", "settings", { data: { a: "b" } }),
    made("api/v1 services", "web", { spec: { selector: { app: "web" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] } }),
    made("api/v1 services", "db", { spec: { clusterIP: "None", selector: { app: "db" }, ports: [{ port: 5432 }] } }),
    made("apis/apps/v1 deployments", "web", { spec: { replicas: 3, selector: selector("web"), template: template("web") } }),
    made("apis/policy/v1 poddisruptionbudgets", "web", { spec: { minAvailable: 2, selector: selector("web") } }),
    made("apis/autoscaling/v2 horizontalpodautoscalers", "web", {
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } }],
      },
    }),
    made("api/v1 persistentvolumes", volume, {
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce"],
        storageClassName: "",
        persistentVolumeReclaimPolicy: "Retain",
        hostPath: { path: `/${volume}` },
        claimRef: { namespace, name: "disk-db-0" },
      },
    }),
    made("apis/apps/v1 statefulsets", "db", {
      spec: {
        replicas: 1,
        serviceName: "db",
        selector: selector("db"),
        template: template("db"),
        volumeClaimTemplates: [
          {
            metadata: { name: "disk" },
            spec: { accessModes: ["ReadWriteOnce"], storageClassName: "", resources: { requests: { storage: "1Gi" } } },
          },
        ],
      },
    }),
    made("apis/apps/v1 statefulsets", "queue", { spec: { replicas: 2, serviceName: "db", selector: selector("queue"), template: template("queue") } }),
    made("apis/apps/v1 daemonsets", "agent", { spec: { selector: selector("agent"), template: template("agent") } }),
    made("apis/batch/v1 jobs", "once", {
      spec: { completions: 3, parallelism: 2, ttlSecondsAfterFinished: 600, template: template("once", { restartPolicy: "Never" }) },
    }),
    made("apis/batch/v1 jobs", "indexed", {
      spec: { completions: 2, parallelism: 2, completionMode: "Indexed", template: template("indexed", { restartPolicy: "OnFailure" }) },
    }),
    made("apis/batch/v1 jobs", "short-lived", { spec: { ttlSecondsAfterFinished: 1, template: template("short-lived", { restartPolicy: "Never" }) } }),
    made("apis/batch/v1 cronjobs", "minutely", {
      spec: { schedule: "* * * * *", jobTemplate: { spec: { template: template("minutely", { restartPolicy: "Never" }) } } },
    }),
    made("api/v1 replicationcontrollers", "old", { spec: { replicas: 2, selector: { app: "old" }, template: template("old") } }),
    made("apis/networking.k8s.io/v1 ingresses", "web", {
      spec: {
        rules: [{ host: "web.example.org", http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }] } }],
      },
    }),
    // Never fits: the scheduler must say why.
    made("api/v1 pods", "too-large", { spec: podSpec({ nodeSelector: { disk: "none" } }) }),
    made("api/v1 pods", "ends", { spec: podSpec({ restartPolicy: "Never" }) }),
  ];
}

function pathOf(at: string, namespace: string, name = ""): string {
  const [root, resource] = at.split(" ");
  const scope = resource === "persistentvolumes" ? "" : `/namespaces/${namespace}`;
  return `/${root}${scope}/${resource}${name && `/${name}`}`;
}

export type Summary = Record<string, unknown>;

/** One round. @returns what came of it: for each object that clients look at, the numbers and conditions of its status */
export async function round(ask: Ask, namespace: string): Promise<Summary> {
  const problems: string[] = [];
  async function must(method: string, path: string, body?: unknown, type?: string): Promise<Plain> {
    const { code, body: answer } = await ask(method, path, body, type);
    if (code >= 300) problems.push(`${method} ${path.replaceAll(namespace, "NS")}: ${code} ${answer.message}`.replaceAll(namespace, "NS"));
    return answer;
  }
  await must("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await settled(SETTLE_MS, async () => (await ask("GET", `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).code === 200);
  for (const { at, object } of objects(namespace)) await must("POST", pathOf(at, namespace), object);
  const deployment = pathOf("apis/apps/v1 deployments", namespace, "web");
  await pause(6000);
  await must("PATCH", `${deployment}/scale`, { spec: { replicas: 4 } }, MERGE);
  await pause(3000);
  await must("PATCH", deployment, { spec: { template: { metadata: { annotations: { round: "2" } } } } }, MERGE);
  await must("PATCH", pathOf("apis/apps/v1 statefulsets", namespace, "queue"), { spec: { replicas: 3 } }, MERGE);
  await must("DELETE", pathOf("apis/batch/v1 jobs", namespace, "indexed"), { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Foreground" });
  await must("DELETE", pathOf("api/v1 replicationcontrollers", namespace, "old"), { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Orphan" });
  await settled(SETTLE_MS, async () => {
    const { status } = (await ask("GET", deployment)).body as { status?: { availableReplicas?: number; updatedReplicas?: number } };
    const job = (await ask("GET", pathOf("apis/batch/v1 jobs", namespace, "once"))).body as { status?: { succeeded?: number } };
    return status?.availableReplicas === 4 && status.updatedReplicas === 4 && job.status?.succeeded === 3;
  });
  await pause(4000);
  const summary = await summarize(ask, namespace);
  await must("DELETE", `/api/v1/namespaces/${namespace}`);
  const gone = await settled(GONE_MS, async () => (await ask("GET", `/api/v1/namespaces/${namespace}`)).code === 404);
  await ask("DELETE", pathOf("api/v1 persistentvolumes", namespace, `${namespace}-disk`));
  return { ...summary, "the namespace": gone ? "gone" : (await ask("GET", `/api/v1/namespaces/${namespace}`)).body.status, problems };
}

const LOOKED_AT = [
  "apis/apps/v1 deployments",
  "apis/apps/v1 statefulsets",
  "apis/apps/v1 daemonsets",
  "apis/batch/v1 jobs",
  "apis/autoscaling/v2 horizontalpodautoscalers",
].concat([
  "apis/policy/v1 poddisruptionbudgets",
  "api/v1 resourcequotas",
  "api/v1 persistentvolumeclaims",
  "api/v1 pods",
  "apis/discovery.k8s.io/v1 endpointslices",
  "api/v1 configmaps",
]);

interface Seen {
  readonly metadata: { readonly name: string };
  readonly endpoints?: readonly unknown[] | null;
  readonly status?: Plain & { readonly conditions?: readonly Plain[] | null };
}

async function summarize(ask: Ask, namespace: string): Promise<Summary> {
  const summary: Record<string, unknown> = {};
  for (const at of LOOKED_AT) {
    const { body } = await ask("GET", pathOf(at, namespace));
    const rows = ((body.items ?? []) as Seen[]).map(({ metadata, status, endpoints }) => {
      const { conditions, ...rest } = status ?? {};
      const told = Object.entries(rest).filter(([, value]) => ["number", "string"].includes(typeof value));
      const numbers = told.filter(([key]) => !/time|ip$|revision|observed/i.test(key)).map(([key, value]) => `${key}=${value}`);
      const held = (conditions ?? []).map(({ type, status: holds, reason }) => `${type}=${holds}${reason ? `/${reason}` : ""}`);
      const used = status?.used ? [JSON.stringify(status.used)] : [];
      // The ends of generated names: a hash of a template, a time, random letters.
      const name = metadata.name.replace(/(-[a-f0-9]{8,10}|-\d{8})?-[a-z0-9]{5}$|-\d{8}$/, "-…");
      return [name, ...numbers.toSorted(), ...held.toSorted(), ...used, ...(endpoints ? [`${endpoints.length} endpoints`] : [])].join(" ");
    });
    summary[at] = rows.filter((row) => !row.startsWith("minutely")).toSorted();
  }
  return summary;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function settled(timeoutMs: number, look: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await pause(300)) if (await look()) return true;
  return look();
}
