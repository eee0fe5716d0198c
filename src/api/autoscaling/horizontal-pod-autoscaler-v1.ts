/** HorizontalPodAutoscalers as autoscaling/v1 has them: the same objects, with less to say. */

import { kind } from "../declare.ts";
import type { Column } from "../kind.ts";
import type { HorizontalPodAutoscaler as HpaV1Type } from "../tables/autoscaling-v1.ts";
import { fromV2, toV2 } from "./convert.ts";
import { HorizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";

const { rules } = HorizontalPodAutoscaler;

export const HorizontalPodAutoscalerV1 = kind<HpaV1Type>("autoscaling/v1", "horizontalpodautoscalers", {
  storedAs: {
    group: "autoscaling",
    version: "v2",
    toStored: (hpa) => toV2(hpa as HpaV1Type),
    fromStored: (hpa) => fromV2(hpa as Parameters<typeof fromV2>[0]),
  },
  defaults(hpa) {
    hpa.spec.minReplicas ??= 1;
    become(hpa, toV2(hpa)); // The newer form's default, where nothing is measured, and the annotations, which whoever writes the status owns.
  },
  // Some of the status stands in annotations, so that it is the newer form whose status is dropped or kept.
  prepareCreate(hpa) {
    const { status: _, ...rest } = toV2(hpa);
    become(hpa, rest);
  },
  prepareUpdate(next, last) {
    const { status: _, ...rest } = toV2(next);
    const { status } = toV2(last);
    become(next, { ...rest, ...(status && { status }) });
  },
  generation: (hpa) => toV2(hpa).spec,
  validateCreate: (hpa, context) => rules.validateCreate?.(toV2(hpa), context) ?? [],
  validateUpdate: (next, last, context) => rules.validateUpdate?.(toV2(next), toV2(last), context) ?? [],
  subresources: {
    status: {
      prepareUpdate(next, last) {
        become(next, { ...toV2(next), spec: toV2(last).spec });
      },
      validateUpdate: (next, last, context) => rules.subresources?.status?.validateUpdate?.(toV2(next), toV2(last), context) ?? [],
    },
  },
  columns: (rules.columns ?? []).map((column): Column<HpaV1Type> => ({ ...column, value: (hpa, now) => column.value(toV2(hpa), now) })),
});

function become(hpa: HpaV1Type, form: Parameters<typeof fromV2>[0]): void {
  delete hpa.status;
  Object.assign(hpa, fromV2(form));
}
