/**
 * Expressions of the Common Expression Language, as Kubernetes has them.
 *
 *     const environment = celEnvironment(new Map([["self", declaration]]));
 *     const compiled = compile("self.replicas <= self.maxReplicas", environment);
 *     if ("issues" in compiled) …                         // why it is no expression, each with its place
 *     const { value, cost } = compiled.program.evaluate((name) => (name === "self" ? jsonValue(object, declaration) : undefined));
 *
 * Nothing here throws for what users write: issues and errors are values.
 */

import type { Patience } from "../patience.ts";
import { estimateCost, type SizeOfPath } from "./cost/estimate.ts";
import { type CelType, fieldNamed, objectsIn, typeOfDeclaration } from "./declaration.ts";
import { functions, mutatingFunctions } from "./functions/index.ts";
import { PER_CALL_LIMIT } from "./limits.ts";
import { CostExceededError, Frame, type Lookup, type Step } from "./run/frame.ts";
import { ConstantError, Planner } from "./run/plan.ts";
import type { Expr } from "./syntax/ast.ts";
import { type Issue, showIssues } from "./syntax/issue.ts";
import { parse } from "./syntax/parser.ts";
import { children } from "./syntax/parts.ts";
import { check } from "./types/check.ts";
import type { Environment } from "./types/environment.ts";
import { validateLiterals } from "./types/literals.ts";
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, NULL, objectType, STRING, TIMESTAMP, type Type, typeOf, UINT } from "./types/type.ts";
import { CelError, type Value } from "./values/value.ts";

const TYPE_NAMES: ReadonlyMap<string, Type> = new Map([
  ["bool", BOOL],
  ["int", INT],
  ["uint", UINT],
  ["double", DOUBLE],
  ["string", STRING],
  ["bytes", BYTES],
  ["null_type", NULL],
  ["list", listOf(DYN)],
  ["map", mapOf(DYN, DYN)],
  ["type", typeOf(undefined)],
  ["google.protobuf.Timestamp", TIMESTAMP],
  ["google.protobuf.Duration", DURATION],
]);

/** Types of objects that no declaration describes: a policy's `variables`, and the objects that a mutating one makes. */
export interface ObjectTypes {
  /** Whether it is about an expression that makes patches: then it has the functions for that. */
  readonly patches: boolean;
  typeNamed(name: string): Type | undefined;
  fieldOf(objectName: string, field: string): Type | undefined;
}

/** @param variables what may be named, by declaration or by type. @returns an environment with all of Kubernetes' functions */
export function celEnvironment(variables: ReadonlyMap<string, CelType | Type>, made?: ObjectTypes): Environment {
  const types = new Map<string, Type>();
  const objects = new Map<string, CelType>();
  for (const [name, one] of variables) {
    const declaration = "bytesMin" in one ? one : undefined;
    if (declaration) objectsIn(declaration, objects);
    types.set(name, declaration ? typeOfDeclaration(declaration) : (one as Type));
  }
  return {
    variables: types,
    functions: made?.patches ? mutatingFunctions : functions,
    typeNamed: (name) => TYPE_NAMES.get(name) ?? (objects.has(name) ? objectType(name) : made?.typeNamed(name)),
    fieldOf(objectName, field) {
      const declared = objects.get(objectName);
      if (!declared) return made?.fieldOf(objectName, field);
      const found = fieldNamed(declared, field);
      return found && typeOfDeclaration(found.type);
    },
  };
}

export interface Outcome {
  /** The result, or what went wrong. */
  readonly value: Value;
  readonly cost: number;
}

export class Program {
  /** What the expression gives. */
  readonly type: Type;
  readonly #expr: Expr;
  readonly #run: Step;

  constructor(expr: Expr, run: Step) {
    this.type = expr.type ?? DYN;
    this.#expr = expr;
    this.#run = run;
  }

  /** Whether the variable is named anywhere in it. */
  uses(variable: string): boolean {
    return namesIn(this.#expr).has(variable);
  }

  /** The greatest cost that an evaluation may have. */
  estimate(sizeOfPath: SizeOfPath): number {
    return estimateCost(this.#expr, sizeOfPath).max;
  }

  /**
   * @param limit beyond it the evaluation ends with an error
   * @param patience where it ends, an ImpatientError is thrown. A lookup may throw too; nothing else does
   */
  evaluate(lookup: Lookup, limit: number = PER_CALL_LIMIT, patience?: Patience): Outcome {
    const frame = new Frame(lookup, limit, patience);
    try {
      return { value: this.#run(frame), cost: frame.cost };
    } catch (error) {
      if (!(error instanceof CostExceededError)) throw error;
      return { value: new CelError(error.message), cost: frame.cost };
    }
  }
}

function namesIn(root: Expr): Set<string> {
  const names = new Set<string>();
  const seen = new Set<Expr>();
  const walk = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    if (expr.kind === "identifier") names.add(expr.name.replace(/^\./, ""));
    if (expr.kind === "select" && expr.resolved) names.add(expr.resolved.name.replace(/^\./, ""));
    for (const child of children(expr)) walk(child);
  };
  walk(root);
  return names;
}

export type Compiled =
  | { readonly program: Program }
  /** `text` shows the issues with their places, as Kubernetes does after `compilation failed: `. */
  | { readonly issues: readonly Issue[]; readonly text: string; readonly stage: "compilation" | "instantiation" };

/** Reads, checks and plans an expression. */
export function compile(source: string, environment: Environment): Compiled {
  const parsed = parse(source, environment.binds);
  const expr = parsed.expr;
  if (!expr) return { issues: parsed.issues, text: showIssues(source, parsed.issues), stage: "compilation" };
  const wrong = check(expr, environment);
  const issues = wrong.length > 0 ? wrong : validateLiterals(expr);
  if (issues.length > 0) return { issues, text: showIssues(source, issues), stage: "compilation" };
  try {
    return { program: new Program(expr, new Planner().plan(expr).run) };
  } catch (error) {
    if (!(error instanceof ConstantError)) throw error;
    return { issues: [{ at: 0, message: error.message }], text: error.message, stage: "instantiation" };
  }
}
