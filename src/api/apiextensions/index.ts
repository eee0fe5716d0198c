/** Kinds of apiextensions.k8s.io with rules of their own. */

import type { Kind } from "../kind.ts";
import { CustomResourceDefinition } from "./custom-resource-definition.ts";

export const apiextensions: readonly Kind[] = [CustomResourceDefinition];
