/** The kinds of autoscaling/v1 and autoscaling/v2: one object, two faces. */

import type { Kind } from "../kind.ts";
import { HorizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { HorizontalPodAutoscalerV1 } from "./horizontal-pod-autoscaler-v1.ts";

export const autoscaling: readonly Kind[] = [HorizontalPodAutoscaler, HorizontalPodAutoscalerV1];
