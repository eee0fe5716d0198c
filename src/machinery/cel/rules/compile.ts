/** Rules of one schema, compiled. [Kubernetes' apiextensions-apiserver pkg/apiserver/schema/cel/compilation.go] */

import type { Patience } from "../../patience.ts";
import { UNBOUNDED } from "../cost/range.ts";
import { type CelType, fieldNamed, typeOfDeclaration } from "../declaration.ts";
import { REQUEST_BYTES_MAX } from "../limits.ts";
import { celEnvironment, compile, type Program } from "../program.ts";
import { optionalOf } from "../types/type.ts";
import { normalFieldPath } from "./field-path.ts";
import type { Rule, RuleSchema } from "./schema.ts";

export interface CompiledRule {
  readonly rule: Rule;
  /** Undefined where the rule is empty or is no rule. */
  readonly program?: Program;
  readonly error?: string;
  readonly usesOldSelf: boolean;
  readonly message?: Program;
  readonly messageError?: string;
  /** Where the error is put, below the value: `.spec.name`. */
  readonly fieldPath: string;
  /** The most that one evaluation may cost. */
  readonly cost: number;
  readonly messageCost: number;
}

/**
 * @param declaration what the schema says of its value
 * @param patience where it ends, an ImpatientError is thrown
 */
export function compileRules(schema: RuleSchema, declaration: CelType, patience?: Patience): readonly CompiledRule[] {
  const rules = schema["x-kubernetes-validations"] ?? [];
  const type = typeOfDeclaration(declaration);
  const plain = celEnvironment(
    new Map<string, CelType>([
      ["self", declaration],
      ["oldSelf", declaration],
    ]),
  );
  const optional = { ...plain, variables: new Map([...plain.variables, ["oldSelf", optionalOf(type)]]) };
  const sizes = (path: readonly string[]) => declaredSize(declaration, path);
  return rules.map((rule): CompiledRule => {
    patience?.lookAtOnce();
    const nothing = { rule, usesOldSelf: false, fieldPath: normalFieldPath(rule.fieldPath ?? "", schema), cost: 0, messageCost: 0 };
    if (rule.rule.trim() === "") return nothing;
    const environment = rule.optionalOldSelf ? optional : plain;
    const compiled = compile(rule.rule, environment);
    if ("issues" in compiled)
      return { ...nothing, error: `${compiled.stage === "compilation" ? "compilation failed" : "program instantiation failed"}: ${compiled.text}` };
    const { program } = compiled;
    if (program.type.kind !== "bool") return { ...nothing, error: "cel expression must evaluate to a bool" };
    const done = { ...nothing, program, usesOldSelf: program.uses("oldSelf"), cost: program.estimate(sizes) };
    if (!rule.messageExpression) return done;
    const message = compile(rule.messageExpression, environment);
    if ("issues" in message) {
      return {
        ...done,
        messageError: `${message.stage === "compilation" ? "messageExpression compilation failed" : "messageExpression instantiation failed"}: ${message.text}`,
      };
    }
    if (message.program.type.kind !== "string") return { ...done, messageError: "messageExpression must evaluate to a string" };
    return { ...done, message: message.program, messageCost: message.program.estimate(sizes) };
  });
}

/** How large the value at a path below the variable may be. */
function declaredSize(root: CelType, [, ...path]: readonly string[]): { min: number; max: number } | undefined {
  let at: CelType = root;
  for (const name of path) {
    if (name === "@keys") return at.kind === "map" ? { min: 0, max: 0 } : undefined;
    const next: CelType | undefined = name === "@items" || name === "@values" ? at.items : fieldNamed(at, name)?.type;
    if (!next) return undefined;
    at = next;
  }
  return { min: 0, max: Math.min(at.sizeMax, UNBOUNDED) };
}

/** How often a value of so few bytes can occur in one request. */
export function mostOccurrences(declaration: CelType): number {
  return Math.floor(REQUEST_BYTES_MAX / (declaration.bytesMin + 1));
}
