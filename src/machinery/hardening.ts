/**
 * Takes prototype pollution its ground: after a program's imports the built-in prototypes take no new properties, so that a `__proto__` that slipped through
 * some merge can't give every object a member. They are not frozen, because libraries assign to inherited names (`toString`, `name`) of their own objects.
 */

const iterators: readonly object[] = [
  [][Symbol.iterator](),
  new Map()[Symbol.iterator](),
  new Set()[Symbol.iterator](),
  ""[Symbol.iterator](),
  "".matchAll(/x/g),
];
function* generator() {}
async function* asyncGenerator() {}
async function asyncFunction() {}

function prototypesOf(value: object): object[] {
  const found: object[] = [];
  for (let at: object | null = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) found.push(at);
  return found;
}

/** @returns every built-in prototype and namespace object of the language, each once, with a name for messages */
export function builtIns(): ReadonlyMap<object, string> {
  const found = new Map<object, string>();
  const add = (object: unknown, name: string) => {
    if ((typeof object === "object" && object !== null) || typeof object === "function") if (!found.has(object)) found.set(object, name);
  };
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!/^[A-Z]/.test(name)) continue;
    // Web interfaces are defined lazily by getters; those of the language are plain values.
    const value: unknown = Object.getOwnPropertyDescriptor(globalThis, name)?.value;
    if (typeof value === "function") add(value.prototype, `${name}.prototype`);
    else if (typeof value === "object") add(value, name);
  }
  const instances = [...iterators, generator(), asyncGenerator(), generator, asyncGenerator, asyncFunction, new Uint8Array(0)];
  for (const [index, instance] of instances.entries()) for (const [depth, prototype] of prototypesOf(instance).entries()) add(prototype, `#${index}.${depth}`);
  return found;
}

/** Makes the built-ins take no new properties. Called once by each program, after its imports. */
export function hardenBuiltIns(): void {
  for (const object of builtIns().keys()) Object.preventExtensions(object);
}

/** @returns what each built-in's members are, one line a member: to compare a program that has imported everything with one that has imported nothing */
export function builtInMembers(): string[] {
  const lines: string[] = [];
  for (const [object, name] of builtIns()) {
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(object, key)!;
      const functions = [value, get, set].filter((each) => typeof each === "function");
      const native = functions.every((each) => /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(each)));
      lines.push(`${name} ${String(key)} ${native ? functions.map((each) => each.name).join(",") : "changed"}`);
    }
  }
  return lines.toSorted();
}
