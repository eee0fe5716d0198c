/** The part of a custom resource's schema that its rules are about: members as in apiextensions.k8s.io/v1 JSONSchemaProps. */

export interface RuleSchema {
  readonly type?: string;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number | bigint;
  readonly maxItems?: number | bigint;
  readonly maxProperties?: number | bigint;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, RuleSchema>>;
  readonly additionalProperties?: RuleSchema | boolean;
  readonly items?: RuleSchema | readonly RuleSchema[];
  readonly allOf?: readonly RuleSchema[];
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-validations"?: readonly Rule[];
}

export interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** The schema of the items; undefined for none. */
export function itemsOf({ items }: RuleSchema): RuleSchema | undefined {
  return Array.isArray(items) ? undefined : (items as RuleSchema | undefined);
}

/** The schema of members that aren't properties; undefined where there is none. */
export function additionalOf({ additionalProperties }: RuleSchema): RuleSchema | undefined {
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

const TEXT: RuleSchema = { type: "string" };

/** The schema of a resource with what every resource has: kind, apiVersion, and two members of its metadata. */
export function withResourceMembers(schema: RuleSchema): RuleSchema {
  const metadata: RuleSchema = { type: "object", properties: { name: TEXT, generateName: TEXT } };
  return { ...schema, properties: { ...schema.properties, kind: TEXT, apiVersion: TEXT, metadata } };
}
