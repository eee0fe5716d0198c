/** The kinds of discovery.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { EndpointSlice } from "./endpoint-slice.ts";

export const discovery: readonly Kind[] = [EndpointSlice];
