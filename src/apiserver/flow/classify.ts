/** Which flow a request is of. What a user's requests match is looked up once and remembered until the configuration changes. */

import type { FlowSchema, PolicyRulesWithSubjects } from "../../api/tables/flowcontrol-v1.ts";
import type { Attributes } from "../../security/attributes.ts";
import type { User } from "../../security/user.ts";
import { dealHand } from "./deal.ts";
import type { Flow } from "./flow.ts";
import type { Level } from "./level.ts";
import { isSubject, matchesEverything, matchesRule } from "./match.ts";
import type { FlowControlMetrics } from "./metrics.ts";

/** So many kinds of requests of a user are remembered, and so many flows: when there are more the memory begins anew. */
const REMEMBERED_MAX = 1024;
const FLOWS_MAX = 16_384;

/** A schema that speaks of a user, with those of its rules that do. */
interface Candidate {
  readonly schema: FlowSchema;
  readonly rules: readonly PolicyRulesWithSubjects[];
}

interface Plan {
  readonly candidates: readonly Candidate[];
  /** The one flow of all that the user asks, where there is just one. */
  readonly only: Flow | undefined;
  known: Map<string, Flow>;
}

export class Classifier {
  readonly #schemas: readonly FlowSchema[];
  readonly #levels: ReadonlyMap<string, Level>;
  readonly #metrics: FlowControlMetrics;
  readonly #plans = new WeakMap<User, Plan>();
  #flows = new Map<string, Flow>();

  /** @param schemas in the order in which they are asked; the last one takes whatever is left */
  constructor(schemas: readonly FlowSchema[], levels: ReadonlyMap<string, Level>, metrics: FlowControlMetrics) {
    this.#schemas = schemas;
    this.#levels = levels;
    this.#metrics = metrics;
  }

  flowOf(user: User, attributes: Attributes): Flow {
    let plan = this.#plans.get(user);
    if (!plan) {
      plan = this.#planOf(user);
      this.#plans.set(user, plan);
    }
    if (plan.only) return plan.only;
    const { verb, path, group, resource, subresource, namespace } = attributes;
    const key = attributes.isResource ? `${verb} ${group} ${resource} ${subresource} ${namespace}` : `${verb} ${path}`;
    const known = plan.known.get(key);
    if (known) return known;
    const found = plan.candidates.find(({ rules }) => rules.some((rule) => matchesRule(rule, attributes)));
    const flow = this.#flow(found?.schema ?? this.#schemas.at(-1)!, user, attributes);
    if (plan.known.size >= REMEMBERED_MAX) plan.known = new Map();
    plan.known.set(key, flow);
    return flow;
  }

  #planOf(user: User): Plan {
    const candidates = this.#schemas.flatMap((schema) => {
      const rules = (schema.spec.rules ?? []).filter(({ subjects }) => isSubject(user, subjects));
      return rules.length > 0 ? [{ schema, rules }] : [];
    });
    const [first] = candidates;
    const only = first?.rules.some(matchesEverything) && first.schema.spec.distinguisherMethod?.type !== "ByNamespace" ? first.schema : undefined;
    return { candidates, only: only && this.#flow(only, user, undefined), known: new Map() };
  }

  #flow({ metadata: { name: schema = "", uid: schemaUid = "" }, spec }: FlowSchema, user: User, attributes: Attributes | undefined): Flow {
    const level = this.#levels.get(spec.priorityLevelConfiguration.name)!;
    const method = spec.distinguisherMethod?.type;
    const { kind, queues, handSize } = level.set.config;
    const distinguished = kind === "queue" && queues > 1;
    const distinguisher = !distinguished ? "" : method === "ByUser" ? user.name : method === "ByNamespace" ? (attributes?.namespace ?? "") : "";
    const key = `${schema}\0${distinguisher}`;
    const known = this.#flows.get(key);
    if (known) return known;
    const hand = kind === "queue" ? dealHand(key, queues, handSize) : [];
    const flow: Flow = { schema, schemaUid, level, distinguisher, hand, metrics: this.#metrics.ofFlow(level.name, schema) };
    if (this.#flows.size >= FLOWS_MAX) this.#flows = new Map();
    this.#flows.set(key, flow);
    return flow;
  }
}
