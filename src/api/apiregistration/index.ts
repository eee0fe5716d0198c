/** The kinds of apiregistration.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { APIService } from "./api-service.ts";

export const apiregistration: readonly Kind[] = [APIService];
