/** DeviceClasses: what an administrator calls devices that will do, and how they are set up. */

import type { FieldError } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { same } from "../meta/checks.ts";
import { ageColumn, nameColumn } from "../meta/columns.ts";
import type { DeviceClassSpec, DeviceClass as DeviceClassType } from "../tables/resource-v1.ts";
import { configurationErrors } from "./configuration.ts";
import { CONFIG_MAX } from "./device-request.ts";
import { listErrors } from "./lists.ts";
import { extendedResourceName } from "./names.ts";
import { selectorErrors } from "./selectors.ts";

export const DeviceClass = kind<DeviceClassType>("resource.k8s.io/v1", "deviceclasses", {
  generation: true,
  validateCreate: ({ spec }) => specErrors(spec, undefined),
  validateUpdate: (next, last) => specErrors(next.spec, last.spec),
  columns: [nameColumn, ageColumn],
});

function specErrors({ selectors, config, extendedResourceName: name }: DeviceClassSpec, last: DeviceClassSpec | undefined): FieldError[] {
  const isKnown = last !== undefined && same(config, last.config);
  return [
    ...selectorErrors("spec.selectors", selectors, last !== undefined && same(selectors, last.selectors)),
    ...listErrors("spec.config", config, CONFIG_MAX, (one, at) => configurationErrors(at, one, isKnown)),
    ...(name === undefined ? [] : extendedResourceName("spec.extendedResourceName", name)),
  ];
}
