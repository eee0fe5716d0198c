/** Every function of Kubernetes' expressions, v1.37. [Kubernetes' apiserver pkg/cel/environment/base.go] */

import { addresses } from "./addresses.ts";
import { arithmetic } from "./arithmetic.ts";
import { authorizer } from "./authorizer.ts";
import { conversions } from "./conversions.ts";
import { formats } from "./formats.ts";
import { lists } from "./lists.ts";
import { operators } from "./operators.ts";
import { optionals } from "./optionals.ts";
import type { Overload } from "./overload.ts";
import { quantities } from "./quantities.ts";
import { regex } from "./regex.ts";
import { semver } from "./semver.ts";
import { patchStrings, strings } from "./strings.ts";
import { times } from "./times.ts";
import { urls } from "./urls.ts";

const all: readonly Overload[] = [
  ...operators,
  ...arithmetic,
  ...conversions,
  ...times,
  ...strings,
  ...lists,
  ...optionals,
  ...regex,
  ...urls,
  ...quantities,
  ...semver,
  ...formats,
  ...addresses,
  ...authorizer,
];

type Functions = ReadonlyMap<string, readonly Overload[]>;

/** By name; those of one name in the order in which they are tried. */
export const functions: Functions = byName(all);
/** Also those that only mutating policies have. */
export const mutatingFunctions: Functions = byName([...all, ...patchStrings]);

function byName(overloads: readonly Overload[]): Functions {
  return new Map(Object.entries(Object.groupBy(overloads, ({ name }) => name)).map(([name, list]) => [name, list ?? []]));
}
