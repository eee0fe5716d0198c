/** How often and how fast callers are known and judged, and how long their certificates are still good. */

import { X509Certificate } from "node:crypto";
import { performance } from "node:perf_hooks";
import type { Clock } from "../../machinery/clock.ts";
import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { Authorizer, Decision } from "../../security/attributes.ts";
import type { User } from "../../security/user.ts";
import type { Front } from "../call.ts";
import type { ConnectionFacts } from "../http/exchange.ts";

const SECONDS = Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i);
const HOUR = 3600;
const DAY = 24 * HOUR;
const LIFETIMES = [0, HOUR / 2, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 360 * DAY];
/** Names that are counted by themselves; others would tell who uses the cluster. */
const NAMED: ReadonlySet<string> = new Set(["admin", "client", "kube_proxy", "kubelet", "system:serviceaccount:kube-system:default"]);

type Authenticate = Front["authenticate"];

/** @returns the same authenticators, counted */
export function measuredAuthentication(authenticate: Authenticate, registry: MetricRegistry, clock: Clock): Authenticate {
  const users = registry.counter({
    name: "authenticated_user_requests",
    help: "Requests by user, most of them as `other`.",
    stability: "ALPHA",
    labels: ["username"],
  });
  const attempts = registry.counter({ name: "authentication_attempts", help: "Attempts to log in.", stability: "ALPHA", labels: ["result"] });
  const duration = registry.histogram({
    name: "authentication_duration_seconds",
    help: "How long logging in took.",
    stability: "ALPHA",
    labels: ["result"],
    buckets: SECONDS,
  });
  const expiration = registry
    .histogram({
      name: "apiserver_client_certificate_expiration_seconds",
      help: "How long certificates that requests come with are still good.",
      stability: "ALPHA",
      buckets: LIFETIMES,
    })
    .of();
  const success = { attempts: attempts.of("success"), duration: duration.of("success") };
  const failure = { attempts: attempts.of("failure"), duration: duration.of("failure") };
  const known = new Map([...NAMED, "email_id", "other"].map((name) => [name, users.of(name)]));
  /** When each connection's certificate ends. */
  const ends = new WeakMap<ConnectionFacts, number>();

  function settle(user: User | undefined, connection: ConnectionFacts, began: number): User | undefined {
    if (!user || user.via === "loopback") return user;
    known.get(nameOf(user.name))!.value++;
    success.attempts.value++;
    success.duration.observe((performance.now() - began) / 1000);
    if (user.via === "x509") expiration.observe((ends.getOrInsertComputed(connection, endOf) - clock.now()) / 1000);
    return user;
  }

  function fail(error: unknown, began: number): never {
    failure.attempts.value++;
    failure.duration.observe((performance.now() - began) / 1000);
    throw error;
  }

  return (exchange, notes) => {
    const began = performance.now();
    try {
      const user = authenticate(exchange, notes);
      if (user instanceof Promise)
        return user.then(
          (found) => settle(found, exchange.connection, began),
          (error) => fail(error, began),
        );
      return settle(user, exchange.connection, began);
    } catch (error) {
      return fail(error, began);
    }
  };
}

/** @returns the same authorizer, counted: for the question that each request asks, not for those that others ask */
export function measuredAuthorization(authorizer: Authorizer, registry: MetricRegistry): Authorizer {
  const attempts = registry.counter({
    name: "authorization_attempts_total",
    help: "Questions whether a request is allowed.",
    stability: "ALPHA",
    labels: ["result"],
  });
  const duration = registry.histogram({
    name: "authorization_duration_seconds",
    help: "How long judging took.",
    stability: "ALPHA",
    labels: ["result"],
    buckets: SECONDS,
  });
  const series = (result: string) => ({ attempts: attempts.of(result), duration: duration.of(result) });
  const allowed = series("allowed");
  const denied = series("denied");
  const noOpinion = series("no-opinion");

  function settle(decision: Decision, began: number): Decision {
    const its = decision.decision === "allow" ? allowed : decision.decision === "deny" ? denied : noOpinion;
    its.attempts.value++;
    its.duration.observe((performance.now() - began) / 1000);
    return decision;
  }

  return {
    name: authorizer.name,
    authorize(question) {
      const began = performance.now();
      const decision = authorizer.authorize(question);
      return decision instanceof Promise ? decision.then((decided) => settle(decided, began)) : settle(decision, began);
    },
  };
}

function nameOf(user: string): string {
  if (NAMED.has(user)) return user;
  return user.includes("@") ? "email_id" : "other";
}

function endOf({ certificates }: ConnectionFacts): number {
  return certificates?.[0] ? new X509Certificate(certificates[0]).validToDate.getTime() : 0;
}
