/** An expression that takes long, evaluated in another thread: what that thread is told, what it does, and what it answers. */

import { compileFor, type ExpressionOptions, NAMESPACE, PolicyExpressions, REQUEST, RETURNS } from "../../../api/admissionregistration/expressions.ts";
import type { Variable } from "../../../api/tables/admissionregistration-v1.ts";
import {
  type AuthorizationAnswer,
  type AuthorizationCheck,
  type Authorize,
  authorizerValue,
  resourceCheckValue,
} from "../../../machinery/cel/functions/authorizer.ts";
import { PER_CALL_LIMIT } from "../../../machinery/cel/limits.ts";
import type { Program } from "../../../machinery/cel/program.ts";
import { jsonValue } from "../../../machinery/cel/values/json.ts";
import { jsonOf, NoJsonError } from "../../../machinery/cel/values/to-json.ts";
import { CelError, CelList, CelMap, isError, type Value, ValueList, ValueMap } from "../../../machinery/cel/values/value.ts";
import { parseJson } from "../../../machinery/json/document.ts";
import { BUDGET } from "./document.ts";
import type { PlainInputs } from "./inputs.ts";
import { Variables } from "./variables.ts";

/** Where an expression was compiled, so that it can be compiled again there. */
export interface Origin {
  readonly params: boolean;
  /** Undefined where `variables` can't be named. */
  readonly variables: readonly Variable[] | undefined;
  readonly sort: keyof typeof RETURNS;
  readonly options: Partial<Pick<ExpressionOptions, "authorizer" | "patches">>;
}

export interface ExpressionJob {
  readonly source: string;
  readonly origin: Origin;
  readonly inputs: PlainInputs;
}

export interface ExpressionAnswer {
  readonly value: PortableValue;
  readonly cost: number;
  /** What each variable cost that the expression named. */
  readonly variables: readonly (readonly [name: string, cost: number])[];
}

export interface Elsewhere {
  /** @param authorize answers what the expression asks. Throws a StatusError where it takes too long there, too */
  evaluate(job: ExpressionJob, authorize: (check: AuthorizationCheck) => Promise<AuthorizationAnswer>): Promise<ExpressionAnswer>;
}

/** A value as messages between threads carry it. */
export type PortableValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | { readonly error: string }
  | { readonly items: readonly PortableValue[] }
  | { readonly entries: readonly (readonly [string, PortableValue])[]; readonly typeName: string | undefined };

/** @returns what patches are made of: times and the like become their text. */
export function portable(value: Value): PortableValue {
  if (isError(value)) return { error: value.message };
  if (value instanceof Uint8Array || typeof value === "number") return value;
  if (value instanceof CelList) return { items: Array.from(value, portable) };
  if (value instanceof CelMap) {
    const entries = Array.from(value.keys(), (key) => [String(key), portable(value.find(key) ?? null)] as const);
    return { entries, typeName: value.typeName };
  }
  try {
    return typeof value === "bigint" ? value : (jsonOf(value) as PortableValue); // Lists and maps were seen to above.
  } catch (error) {
    if (error instanceof NoJsonError) return { error: error.message };
    throw error;
  }
}

export function fromPortable(value: PortableValue): Value {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if ("error" in value) return new CelError(value.error);
  if ("items" in value) return new ValueList(value.items.map(fromPortable));
  return new ValueMap(
    value.entries.map(([key, entry]) => [key, fromPortable(entry)]),
    value.typeName,
  );
}

/** Thrown out of an evaluation that must ask first. */
class Unanswered extends Error {
  override name = "Unanswered";
  readonly check: AuthorizationCheck;
  constructor(check: AuthorizationCheck) {
    super("the authorizer must be asked");
    this.check = check;
  }
}

/** In the other thread. @param ask asks the first one */
export async function evaluateHere({ source, origin, inputs }: ExpressionJob, ask: (check: AuthorizationCheck) => Promise<unknown>): Promise<ExpressionAnswer> {
  const { program, variables } = compiled(source, origin);
  const answers = new Map<string, AuthorizationAnswer>();
  const authorize: Authorize = (check) => {
    const known = answers.get(JSON.stringify(check));
    if (known) return known;
    throw new Unanswered(check);
  };
  for (;;) {
    try {
      const lookup = valuesOf(inputs, authorize);
      const costs: [string, number][] = [];
      const composed = new Variables(variables, lookup, (name, cost) => costs.push([name, cost]));
      const { value, cost } = program.evaluate((name) => (name === "variables" ? composed : lookup(name)), PER_CALL_LIMIT);
      return { value: portable(value), cost, variables: costs };
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      answers.set(JSON.stringify(error.check), (await ask(error.check)) as AuthorizationAnswer); // What `authorize` of the first thread gave.
    }
  }
}

const KNOWN_MAX = 32;
const known = new Map<string, ReturnType<typeof compileAgain>>();

function compiled(source: string, origin: Origin): ReturnType<typeof compileAgain> {
  const key = JSON.stringify([source, origin]);
  let made = known.get(key);
  if (!made) {
    made = compileAgain(source, origin);
    if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value ?? "");
    known.set(key, made);
  }
  return made;
}

function compileAgain(source: string, { params, variables, sort, options }: Origin) {
  const expressions = new PolicyExpressions(variables !== undefined);
  const programs = new Map<string, { readonly program?: Program; readonly error?: string }>();
  for (const { name, expression } of variables ?? []) {
    const one = expressions.variable(name, expression, { params });
    programs.set(name, "program" in one ? one : { error: `compilation failed: ${one.text}` });
  }
  const one = compileFor(source, expressions.environment({ params, ...options }), RETURNS[sort]);
  if ("error" in one) throw new Error(`Cannot compile again what was compiled before: ${one.error}`);
  return { program: one.program, variables: programs };
}

function valuesOf(inputs: PlainInputs, authorize: Authorize): (name: string) => Value | undefined {
  const parsed = (json: string | undefined): unknown => (json === undefined ? null : parseJson(json, BUDGET));
  const make = (name: string): Value | undefined => {
    switch (name) {
      case "object":
      case "oldObject":
      case "params":
        return jsonValue(parsed(inputs[name]));
      case "request":
        return jsonValue(parsed(inputs.request), REQUEST);
      case "namespaceObject":
        return inputs.namespaceObject === undefined ? null : jsonValue(parsed(inputs.namespaceObject), NAMESPACE);
      case "authorizer":
        return authorizerValue(authorize);
      case "authorizer.requestResource":
        return resourceCheckValue(authorize, inputs.requestResource);
      default:
        return undefined;
    }
  };
  const made = new Map<string, Value | undefined>();
  return (name) => made.getOrInsertComputed(name, make);
}
