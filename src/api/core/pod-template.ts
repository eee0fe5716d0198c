/** PodTemplates: a template by itself. */

import { kind } from "../declare.ts";
import { column, joined, labelsCell, nameColumn } from "../meta/columns.ts";
import type { PodTemplate as PodTemplateType } from "../tables/core-v1.ts";
import { dropRetired } from "./pod/prepare.ts";
import { podSpecDefaults } from "./pod/spec-defaults.ts";
import { templateErrors } from "./pod/validate/template.ts";
import { templateWarnings } from "./pod/warnings.ts";

export const PodTemplate = kind<PodTemplateType>("v1", "podtemplates", {
  defaults(one) {
    one.template ??= { spec: {} };
    podSpecDefaults(one.template.spec);
  },
  prepareCreate: ({ template }) => template && dropRetired(template),
  prepareUpdate: ({ template }) => template && dropRetired(template),
  generation: ["template"],
  validate: ({ template }) => (template ? templateErrors("template", template) : []),
  warnings: (next, last) => templateWarnings("template", next.template, last?.template),
  columns: [
    nameColumn,
    column("Containers", "string", "The names of the template's containers.", ({ template }) => joined(template?.spec.containers, "name")),
    column("Images", "string", "The images of the template's containers.", ({ template }) => joined(template?.spec.containers, "image")),
    column("Pod Labels", "string", "The labels of the template.", ({ template }) => labelsCell(template?.metadata?.labels)),
  ],
});
