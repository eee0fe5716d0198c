/** The rules of a schema and of all schemas below it; compiled when a value first needs them. */

import type { Patience } from "../../patience.ts";
import type { CelType } from "../declaration.ts";
import { escapeField } from "../escape.ts";
import { type CompiledRule, compileRules } from "./compile.ts";
import { declare } from "./declare.ts";
import { additionalOf, itemsOf, type RuleSchema } from "./schema.ts";

/** The name of the type of `self`, which messages show. */
const SELF = "selfType";

export class RuleNode {
  readonly schema: RuleSchema;
  /** Undefined where expressions can't see such values. */
  readonly declaration: CelType | undefined;
  #rules: readonly CompiledRule[] | undefined;
  #properties: ReadonlyMap<string, RuleNode> | undefined;
  #items: RuleNode | null | undefined;
  #additional: RuleNode | null | undefined;
  #all: readonly RuleNode[] | undefined;
  /** Rules under `allOf` are about the value that the whole schema describes. */
  readonly #shape: RuleSchema;

  constructor(schema: RuleSchema, declaration: CelType | undefined, shape: RuleSchema = schema) {
    this.schema = schema;
    this.declaration = declaration;
    this.#shape = shape;
  }

  get rules(): readonly CompiledRule[] {
    return this.rulesWithin(undefined);
  }

  /** The same where compiling them may be given up. @throws ImpatientError */
  rulesWithin(patience: Patience | undefined): readonly CompiledRule[] {
    this.#rules ??=
      this.declaration && this.schema["x-kubernetes-validations"]?.length
        ? compileRules({ ...this.#shape, "x-kubernetes-validations": this.schema["x-kubernetes-validations"] }, this.declaration, patience)
        : [];
    return this.#rules;
  }

  /** By the names of members. */
  get properties(): ReadonlyMap<string, RuleNode> {
    this.#properties ??= new Map(
      Object.entries(this.schema.properties ?? {}).flatMap(([name, property]) => {
        const shape = this.#shape.properties?.[name];
        const node = shape && this.#below(property, shape, this.#fieldDeclaration(name, shape));
        return node ? [[name, node] as const] : [];
      }),
    );
    return this.#properties;
  }

  #fieldDeclaration(name: string, schema: RuleSchema): CelType | undefined {
    const escaped = escapeField(name);
    return escaped === undefined ? declare(schema, `${SELF}.${name}`) : this.declaration?.fields?.get(escaped)?.type;
  }

  get items(): RuleNode | undefined {
    if (this.#items === undefined) {
      const [schema, shape] = [itemsOf(this.schema), itemsOf(this.#shape)];
      this.#items = (schema && shape && this.#below(schema, shape, this.declaration?.items)) ?? null;
    }
    return this.#items ?? undefined;
  }

  get additional(): RuleNode | undefined {
    if (this.#additional === undefined) {
      const [schema, shape] = [additionalOf(this.schema), additionalOf(this.#shape)];
      this.#additional = (schema && shape && this.#below(schema, shape, this.declaration?.items)) ?? null;
    }
    return this.#additional ?? undefined;
  }

  get all(): readonly RuleNode[] {
    this.#all ??= (this.schema.allOf ?? []).filter(hasRules).map((one) => new RuleNode(one, this.declaration, this.#shape));
    return this.#all;
  }

  #below(schema: RuleSchema, shape: RuleSchema, declaration: CelType | undefined): RuleNode | undefined {
    return declaration && hasRules(schema) ? new RuleNode(schema, declaration, shape) : undefined;
  }
}

const known = new WeakMap<RuleSchema, boolean>();

/** Whether there is a rule in the schema or below it. */
export function hasRules(schema: RuleSchema): boolean {
  let has = known.get(schema);
  if (has === undefined) {
    const [items, additional] = [itemsOf(schema), additionalOf(schema)];
    const below = [...Object.values(schema.properties ?? {}), ...(schema.allOf ?? []), ...(items ? [items] : []), ...(additional ? [additional] : [])];
    has = (schema["x-kubernetes-validations"]?.length ?? 0) > 0 || below.some(hasRules);
    known.set(schema, has);
  }
  return has;
}

const roots = new WeakMap<RuleSchema, RuleNode>();

/** @returns the rules of a resource's schema, the same for each call */
export function rulesOf(schema: RuleSchema, isResource: boolean): RuleNode {
  let node = roots.get(schema);
  if (!node) {
    node = new RuleNode(schema, declare(schema, SELF, isResource));
    roots.set(schema, node);
  }
  return node;
}
