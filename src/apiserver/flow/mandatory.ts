/** The schemas and levels that are always there, whether or not their objects are: who is exempt, and what is left for whom nothing else fits. */

import type { FlowSchema, PolicyRulesWithSubjects, PriorityLevelConfiguration } from "../../api/tables/flowcontrol-v1.ts";

export const EXEMPT = "exempt";
export const CATCH_ALL = "catch-all";

function everythingOf(...groups: readonly string[]): PolicyRulesWithSubjects {
  return {
    subjects: groups.map((name) => ({ kind: "Group", group: { name } })),
    resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
  };
}

export const mandatorySchemas: { readonly exempt: FlowSchema; readonly catchAll: FlowSchema } = {
  exempt: {
    metadata: { name: EXEMPT },
    spec: { matchingPrecedence: 1, priorityLevelConfiguration: { name: EXEMPT }, rules: [everythingOf("system:masters")] },
  },
  catchAll: {
    metadata: { name: CATCH_ALL },
    spec: {
      matchingPrecedence: 10_000,
      priorityLevelConfiguration: { name: CATCH_ALL },
      distinguisherMethod: { type: "ByUser" },
      rules: [everythingOf("system:unauthenticated", "system:authenticated")],
    },
  },
};

export const mandatoryLevels: readonly PriorityLevelConfiguration[] = [
  { metadata: { name: EXEMPT }, spec: { type: "Exempt", exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } } },
  {
    metadata: { name: CATCH_ALL },
    spec: { type: "Limited", limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: "Reject" } } },
  },
];
