/** The schemas of all built-in structs, built from the imported tables as they are asked for. */

import { schemaOf } from "../machinery/schema/build.ts";
import { structs } from "./tables/index.ts";

/** Finds a struct's schema by its id, such as `core.v1.PodSpec`; throws for an id that no table has. */
export const schema = schemaOf(structs);
