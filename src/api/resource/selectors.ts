/** Which devices will do, in CEL over one `device`. [k8s.io/dynamic-resource-allocation cel/compile.go] */

import { type Range, range } from "../../machinery/cel/cost/range.ts";
import { celEnvironment, compile } from "../../machinery/cel/program.ts";
import type { Environment } from "../../machinery/cel/types/environment.ts";
import { BOOL, DYN, formatType, isDynamic, mapOf, objectType, STRING, type Type } from "../../machinery/cel/types/type.ts";
import { type FieldError, forbiddenField, invalid, required, tooLong } from "../../machinery/status/field-error.ts";
import type { DeviceSelector } from "../tables/resource-v1.ts";
import { listErrors } from "./lists.ts";

const SELECTORS_MAX = 32;
const EXPRESSION_BYTES_MAX = 10 * 1024;
const COST_MAX = 1_000_000;

const DEVICE = "kubernetes.DRADevice";
const byDomain = (value: Type): Type => mapOf(STRING, mapOf(STRING, value));
const FIELDS: ReadonlyMap<string, Type> = new Map([
  ["driver", STRING],
  ["attributes", byDomain(DYN)],
  ["capacity", byDomain(objectType("kubernetes.Quantity"))],
  ["allowMultipleAllocations", BOOL],
]);
const base = celEnvironment(new Map());
const environment: Environment = {
  ...base,
  binds: true,
  functions: new Map([...base.functions].filter(([name]) => name !== "includes")), // Comes with attributes that are lists, which are off.
  variables: new Map([["device", objectType(DEVICE)]]),
  fieldOf: (object, field) => (object === DEVICE ? FIELDS.get(field) : base.fieldOf(object, field)),
};

/** How much there may be of something, and of what is in it. */
interface Sized {
  readonly most: number;
  readonly key?: Sized;
  readonly each?: Sized;
  readonly fields?: Readonly<Record<string, Sized>>;
  /** All entries are alike, whatever their names. */
  readonly isUniform?: true;
}

const mapsOf = (each: Sized, isUniform?: true): Sized => ({
  most: 32,
  key: { most: 63 },
  each: { most: 32, key: { most: 32 }, each, ...(isUniform && { isUniform }) },
});
const device: Sized = {
  most: 0,
  fields: { driver: { most: 63 }, attributes: mapsOf({ most: 64 }, true), capacity: mapsOf({ most: 0 }), allowMultipleAllocations: { most: 0 } },
};

function sizeOfPath(path: readonly string[]): Range | undefined {
  let found: Sized | undefined = path[0] === "device" ? device : undefined;
  for (const name of path.slice(1)) {
    if (name === "@keys") found = found?.key;
    else if (name === "@items" || name === "@values") found = found?.each;
    else if (found?.fields && Object.hasOwn(found.fields, name)) found = found.fields[name];
    else found = found?.isUniform ? found.each : undefined;
  }
  return found && range(0, found.most);
}

/** @param stored expressions that were once accepted aren't compiled again */
export function selectorErrors(at: string, selectors: readonly DeviceSelector[] | undefined, stored = false): FieldError[] {
  return listErrors(at, selectors, SELECTORS_MAX, ({ cel }, own) => {
    if (!cel) return [required(`${own}.cel`, "")];
    return stored ? [] : expressionErrors(`${own}.cel.expression`, cel.expression ?? "");
  });
}

function expressionErrors(at: string, expression: string): FieldError[] {
  if (Buffer.byteLength(expression) > EXPRESSION_BYTES_MAX) return [tooLong(at, EXPRESSION_BYTES_MAX)];
  const compiled = compile(expression, environment);
  if ("issues" in compiled) {
    const stage = compiled.stage === "compilation" ? "compilation failed" : "program instantiation failed";
    return [invalid(at, expression, `${stage}: ${compiled.text}`)];
  }
  const { type } = compiled.program;
  if (type.kind !== "bool" && !isDynamic(type))
    return [invalid(at, expression, `must evaluate to bool or the unknown type, not ${formatType(type).replaceAll("dyn", "google.protobuf.Any")}`)];
  return compiled.program.estimate(sizeOfPath) > COST_MAX ? [forbiddenField(at, "too complex, exceeds cost limit")] : [];
}
