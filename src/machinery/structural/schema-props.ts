/** A schema as a CustomResourceDefinition gives it: OpenAPI v3's subset with Kubernetes' extensions (apiextensions.k8s.io/v1 JSONSchemaProps). */

export interface SchemaProps {
  id?: string;
  $schema?: string;
  $ref?: string;
  description?: string;
  type?: string;
  format?: string;
  title?: string;
  default?: unknown;
  maximum?: number;
  exclusiveMaximum?: boolean;
  minimum?: number;
  exclusiveMinimum?: boolean;
  maxLength?: number | bigint;
  minLength?: number | bigint;
  pattern?: string;
  maxItems?: number | bigint;
  minItems?: number | bigint;
  uniqueItems?: boolean;
  multipleOf?: number;
  enum?: unknown[];
  maxProperties?: number | bigint;
  minProperties?: number | bigint;
  required?: string[];
  items?: SchemaProps | SchemaProps[];
  allOf?: SchemaProps[];
  oneOf?: SchemaProps[];
  anyOf?: SchemaProps[];
  not?: SchemaProps;
  properties?: Record<string, SchemaProps>;
  additionalProperties?: SchemaProps | boolean;
  patternProperties?: Record<string, SchemaProps>;
  dependencies?: Record<string, SchemaProps | string[]>;
  additionalItems?: SchemaProps | boolean;
  definitions?: Record<string, SchemaProps>;
  externalDocs?: { description?: string; url?: string };
  example?: unknown;
  nullable?: boolean;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  "x-kubernetes-embedded-resource"?: boolean;
  "x-kubernetes-int-or-string"?: boolean;
  "x-kubernetes-list-map-keys"?: string[];
  "x-kubernetes-list-type"?: string;
  "x-kubernetes-map-type"?: string;
  "x-kubernetes-validations"?: ValidationRuleProps[];
}

export interface ValidationRuleProps {
  rule: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
  fieldPath?: string;
  optionalOldSelf?: boolean;
}

/** @returns the schemas of a schema's properties: keys are users' */
export function propertiesOf(props: SchemaProps): [string, SchemaProps][] {
  return Object.entries(props.properties ?? {});
}

/** @returns whether `holds` is true of the schema or any below it */
export function someSchema(props: SchemaProps | undefined, holds: (props: SchemaProps) => boolean): boolean {
  if (!props) return false;
  return holds(props) || below(props).some((one) => someSchema(one, holds));
}

/** @returns every schema that a schema holds directly */
export function below(props: SchemaProps): SchemaProps[] {
  const { items, additionalProperties, additionalItems, not } = props;
  return [
    ...(Array.isArray(items) ? items : items ? [items] : []),
    ...(props.allOf ?? []),
    ...(props.anyOf ?? []),
    ...(props.oneOf ?? []),
    ...(not ? [not] : []),
    ...Object.values(props.properties ?? {}),
    ...(typeof additionalProperties === "object" ? [additionalProperties] : []),
    ...Object.values(props.patternProperties ?? {}),
    ...(typeof additionalItems === "object" ? [additionalItems] : []),
    ...Object.values(props.definitions ?? {}),
    ...Object.values(props.dependencies ?? {}).filter((one): one is SchemaProps => !Array.isArray(one)),
  ];
}
