/**
 * What the expressions of policies and webhooks may name. Objects are dynamic: an expression may be about several kinds.
 * [Kubernetes' apiserver pkg/admission/plugin/cel/compile.go, pkg/cel/mutation]
 */

import { type CelType, DYNAMIC } from "../../machinery/cel/declaration.ts";
import { AUTHORIZER_TYPE, RESOURCE_CHECK_TYPE } from "../../machinery/cel/functions/authorizer.ts";
import { type Compiled, celEnvironment, compile, type ObjectTypes } from "../../machinery/cel/program.ts";
import type { Environment } from "../../machinery/cel/types/environment.ts";
import { BOOL, DYN, formatType, listOf, NULL, objectType, STRING, sameType, type Type, typeName } from "../../machinery/cel/types/type.ts";

const scalar = (kind: CelType["kind"]): CelType => ({ kind, sizeMax: 0, bytesMin: 1 });
const TEXT = scalar("string");
const listType = (items: CelType): CelType => ({ kind: "list", items, sizeMax: 0, bytesMin: 2 });
const mapType = (items: CelType): CelType => ({ kind: "map", items, sizeMax: 0, bytesMin: 2 });
const TEXTS = listType(TEXT);
const TEXT_MAP = mapType(TEXT);

function object(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  return {
    kind: "object",
    name: `kubernetes.${name}`,
    fields: new Map(Object.entries(fields).map(([field, type]) => [field, { jsonName: field, type }])),
    sizeMax: 0,
    bytesMin: 2,
    nullable: true,
  };
}

const KIND = object("GroupVersionKind", { group: TEXT, version: TEXT, kind: TEXT });
const RESOURCE = object("GroupVersionResource", { group: TEXT, version: TEXT, resource: TEXT });
const TIME = scalar("timestamp");

/** The variable `request`. */
export const REQUEST: CelType = object("AdmissionRequest", {
  kind: KIND,
  resource: RESOURCE,
  subResource: TEXT,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: TEXT,
  name: TEXT,
  namespace: TEXT,
  operation: TEXT,
  userInfo: object("UserInfo", { username: TEXT, uid: TEXT, groups: TEXTS, extra: mapType(TEXTS) }),
  dryRun: scalar("bool"),
  options: DYNAMIC,
});

/** The variable `namespaceObject`. */
export const NAMESPACE: CelType = object("Namespace", {
  metadata: object("NamespaceMetadata", {
    name: TEXT,
    generateName: TEXT,
    namespace: TEXT,
    labels: TEXT_MAP,
    annotations: TEXT_MAP,
    UID: TEXT,
    creationTimestamp: TIME,
    deletionGracePeriodSeconds: scalar("int"),
    deletionTimestamp: TIME,
    generation: scalar("int"),
    resourceVersion: TEXT,
    finalizers: TEXTS,
  }),
  spec: object("NamespaceSpec", { finalizers: TEXTS }),
  status: object("NamespaceStatus", {
    conditions: listType(object("NamespaceCondition", { status: TEXT, type: TEXT, lastTransitionTime: TIME, message: TEXT, reason: TEXT })),
    phase: TEXT,
  }),
});

export interface ExpressionOptions {
  readonly params: boolean;
  /** Messages can't ask the authorizer. */
  readonly authorizer?: false;
  /** The expression makes a patch. */
  readonly patches?: true;
  /** What `object` and `oldObject` are known to be; dynamic where absent. */
  readonly object?: CelType;
  readonly paramsType?: CelType;
}

const VARIABLES = "kubernetes.variables";
const PATCH = objectType("JSONPatch");
const PATCH_FIELDS: ReadonlyMap<string, Type> = new Map([
  ["op", STRING],
  ["path", STRING],
  ["from", STRING],
  ["value", DYN],
]);

/** The expressions of one policy: those that come later may name the variables before them. */
export class PolicyExpressions {
  readonly #variables = new Map<string, Type>();
  /** Whether `variables` may be named at all. */
  readonly #composed: boolean;

  constructor(composed: boolean) {
    this.#composed = composed;
  }

  environment(options: ExpressionOptions): Environment {
    const { params, authorizer, patches, object: objectDeclaration = DYNAMIC, paramsType = DYNAMIC } = options;
    const variables = new Map<string, CelType | Type>([
      ["object", objectDeclaration],
      ["oldObject", objectDeclaration],
      ["request", REQUEST],
      ["namespaceObject", NAMESPACE],
    ]);
    if (params) variables.set("params", paramsType);
    if (authorizer !== false) variables.set("authorizer", AUTHORIZER_TYPE).set("authorizer.requestResource", RESOURCE_CHECK_TYPE);
    if (this.#composed) variables.set("variables", objectType(VARIABLES));
    return celEnvironment(variables, this.#made(patches === true));
  }

  #made(patches: boolean): ObjectTypes {
    return {
      patches,
      typeNamed: (name) => (patches && (name === "JSONPatch" || name === "Object" || name.startsWith("Object.")) ? objectType(name) : undefined),
      fieldOf: (name, field) => {
        if (name === VARIABLES) return this.#variables.get(field);
        if (name === "JSONPatch") return PATCH_FIELDS.get(field) ?? objectType(""); // As there: of no type, so that only a dynamic value may be given.
        return name === "Object" || name.startsWith("Object.") ? DYN : undefined;
      },
    };
  }

  /** Compiles a variable; the expressions after it may name it. */
  variable(name: string, expression: string, options: ExpressionOptions): Compiled {
    const compiled = compile(expression, this.environment(options));
    this.#variables.set(name, "program" in compiled ? compiled.program.type : DYN);
    return compiled;
  }
}

/** What expressions of each sort must give. */
export const RETURNS = {
  condition: [BOOL],
  message: [STRING],
  annotation: [STRING, NULL],
  jsonPatch: [listOf(PATCH)],
  applyConfiguration: [objectType("Object")],
} as const satisfies Record<string, readonly Type[]>;

const shown = (type: Type): string => (type.kind === "null" ? typeName(type) : formatType(type));

/** @returns the program, or why it is none, as Kubernetes words it */
export function compileFor(
  expression: string,
  environment: Environment,
  returns: readonly Type[],
): Extract<Compiled, { program: unknown }> | { readonly error: string } {
  const compiled = compile(expression, environment);
  if ("issues" in compiled) return { error: `${compiled.stage === "compilation" ? "compilation failed" : "program instantiation failed"}: ${compiled.text}` };
  const { type } = compiled.program;
  if (returns.some((one) => sameType(one, type))) return compiled;
  const wanted = returns.length === 1 ? shown(returns[0]!) : `one of [${returns.map(shown).join(" ")}]`;
  return { error: `must evaluate to ${wanted} but got ${shown(type)}` };
}
