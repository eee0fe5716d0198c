/** Bindings: a scheduler's word on which node a pod goes to. Never stored: the pod takes it. */

import { isDNS1123Subdomain } from "../../machinery/names.ts";
import { notSupported, required } from "../../machinery/status/field-error.ts";
import { kind } from "../declare.ts";
import { complain } from "../meta/checks.ts";
import type { Binding as BindingType } from "../tables/core-v1.ts";

export const Binding = kind<BindingType>("v1", "bindings", {
  validate({ target: { kind: of = "", name = "" } }) {
    const errors = of === "" || of === "Node" ? [] : [notSupported("target.kind", of, ["<empty>", "Node"])];
    if (name === "") return [...errors, required("target.name", "")];
    return errors.length > 0 ? errors : complain("target.name", name, isDNS1123Subdomain(name));
  },
});
