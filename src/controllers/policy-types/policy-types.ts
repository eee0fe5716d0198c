/**
 * Checks the expressions of validating policies against the kinds that they are about, and says in the status what doesn't fit. A policy works all the same:
 * it may be about several kinds, of which an expression tells one from another as it runs. [k8s.io/apiserver pkg/admission/plugin/policy/validating/typechecking.go]
 */

import { PolicyExpressions } from "../../api/admissionregistration/expressions.ts";
import type { Lister } from "../../api/resource.ts";
import { CustomResourceDefinition, ValidatingAdmissionPolicy } from "../../api/resources.ts";
import { schema } from "../../api/schemas.ts";
import type { ExpressionWarning, ValidatingAdmissionPolicy as Policy } from "../../api/tables/admissionregistration-v1.ts";
import type { CustomResourceDefinition as Definition } from "../../api/tables/apiextensions-v1.ts";
import { resources } from "../../api/tables/resources.ts";
import { controller } from "../../client/controller.ts";
import type { CelType } from "../../machinery/cel/declaration.ts";
import { compile } from "../../machinery/cel/program.ts";
import { declare } from "../../machinery/cel/rules/declare.ts";
import type { RuleSchema } from "../../machinery/cel/rules/schema.ts";
import { declareStruct } from "./declare-struct.ts";

/** A policy about more kinds is checked against the first of them. */
const TYPES_MAX = 10;

interface CheckedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly declaration: CelType;
}

export default controller({
  name: "validatingadmissionpolicy-status-controller",
  for: ValidatingAdmissionPolicy,
  watches: { definitions: CustomResourceDefinition.all() },
  writes: [ValidatingAdmissionPolicy.status],
  reconcile(policy, { definitions }) {
    const { generation = 0 } = policy.metadata;
    if (BigInt(policy.status?.observedGeneration ?? 0) >= BigInt(generation)) return [];
    const expressionWarnings = warningsOf(policy, definitions);
    return [ValidatingAdmissionPolicy.status(policy, { observedGeneration: generation, typeChecking: { expressionWarnings } })];
  },
});

function warningsOf(policy: Policy, definitions: Lister<Definition>): ExpressionWarning[] {
  const kinds = kindsOf(policy, definitions);
  const params = paramsOf(policy, definitions);
  return (policy.spec.validations ?? []).flatMap(({ expression, messageExpression }, i) => {
    const at = `spec.validations[${i}]`;
    return [
      ...warning(`${at}.expression`, expression, policy, kinds, params),
      ...(messageExpression ? warning(`${at}.messageExpression`, messageExpression, policy, kinds, params) : []),
    ];
  });
}

function warning(fieldRef: string, expression: string, { spec }: Policy, kinds: readonly CheckedKind[], params: CelType | undefined): ExpressionWarning[] {
  const complaints = kinds.flatMap(({ group, version, kind, declaration }) => {
    const options = { params: spec.paramKind !== undefined, object: declaration, ...(params && { paramsType: params }) };
    const expressions = new PolicyExpressions(true);
    for (const variable of spec.variables ?? []) expressions.variable(variable.name, variable.expression, options);
    const compiled = compile(expression, expressions.environment(options));
    return "issues" in compiled ? [`${group ? `${group}/` : "/"}${version}, Kind=${kind}: ${compiled.text}\n`] : [];
  });
  return complaints.length > 0 ? [{ fieldRef, warning: complaints.join("\n") }] : [];
}

/** The kinds that the policy names, without wildcards; sorted. */
function kindsOf({ spec }: Policy, definitions: Lister<Definition>): CheckedKind[] {
  const found = new Map<string, CheckedKind>();
  for (const { apiGroups = [], apiVersions = [], resources: names = [] } of spec.matchConstraints?.resourceRules ?? []) {
    if ([...apiGroups, ...apiVersions].some((one) => one.includes("*"))) continue;
    const plain = names.filter((name) => !/[*/]/.test(name));
    for (const group of apiGroups) {
      for (const version of apiVersions) {
        for (const name of plain) {
          const kind = found.size < TYPES_MAX ? kindAt(group, version, (one) => one.resource === name, definitions) : undefined;
          if (kind) found.set(`${group}/${version}/${kind.kind}`, kind);
        }
      }
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

function paramsOf({ spec }: Policy, definitions: Lister<Definition>): CelType | undefined {
  if (!spec.paramKind) return undefined;
  const { apiVersion = "", kind } = spec.paramKind;
  const slash = apiVersion.lastIndexOf("/");
  return kindAt(apiVersion.slice(0, Math.max(0, slash)), apiVersion.slice(slash + 1), (one) => one.kind === kind, definitions)?.declaration;
}

type Named = { readonly resource: string; readonly kind: string };

function kindAt(group: string, version: string, is: (one: Named) => boolean, definitions: Lister<Definition>): CheckedKind | undefined {
  const table = resources.find((row) => row.group === group && row.version === version && is(row));
  if (table) return { group, version, kind: table.kind, declaration: declareStruct(schema(table.struct), table.kind) };
  for (const { spec } of definitions.list()) {
    const { plural, kind } = spec.names;
    if (spec.group !== group || !is({ resource: plural, kind })) continue;
    const served = spec.versions?.find((one) => one.name === version && one.served)?.schema?.openAPIV3Schema;
    const declaration = served && declare(served as unknown as RuleSchema, kind, true); // The tables type JSON members more widely than schemas have them.
    if (declaration) return { group, version, kind, declaration };
  }
  return undefined;
}
