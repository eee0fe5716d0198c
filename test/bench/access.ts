/** Times decisions that each request asks for, by hand: `node test/bench/access.ts`. */

import { attributesOf } from "../../src/apiserver/request-line/attributes.ts";
import { parseTarget } from "../../src/apiserver/request-line/target.ts";
import { parseFieldSelector } from "../../src/machinery/selectors/fields.ts";
import { parseLabelSelector } from "../../src/machinery/selectors/labels.ts";
import { missingDefaults } from "../../src/security/authz/default-roles/reconcile.ts";
import { rbacAuthorizer } from "../../src/security/authz/rbac/authorizer.ts";
import { Policy } from "../../src/security/authz/rbac/policy.ts";
import { MemoryReader } from "../support/memory-reader.ts";
import { heading, time } from "./time.ts";

const reader = new MemoryReader();
for (const { resource, object } of missingDefaults(reader)) reader.put("rbac.authorization.k8s.io", resource, object);
const authorizer = rbacAuthorizer(new Policy(reader));
const target = parseTarget("/api/v1/namespaces/production/pods/web-5d4f8c7b9-x7k2p");
const attributes = attributesOf("GET", target);
const user = (name: string, ...groups: string[]) => ({ name, groups: [...groups, "system:authenticated"], extra: Object.create(null), via: "x509" });
const [scheduler, nobody] = [user("system:kube-scheduler"), user("ann", "dev")];

heading("Decisions");
time("read a request line", () => attributesOf("GET", parseTarget("/api/v1/namespaces/production/pods/web-5d4f8c7b9-x7k2p")));
time("RBAC: allowed", () => authorizer.authorize({ user: scheduler, attributes }));
time("RBAC: no opinion", () => authorizer.authorize({ user: nobody, attributes }));

const labels = { app: "web", tier: "frontend", "pod-template-hash": "5d4f8c7b9" };
const selector = parseLabelSelector("app=web,tier in (frontend,backend),!canary");
time("parse a label selector", () => parseLabelSelector("app=web,tier in (frontend,backend),!canary"));
time("match a label selector", () => selector.matches(labels));
time("parse a field selector", () => parseFieldSelector("spec.nodeName=node-1,status.phase!=Failed"));
