/** ComponentStatuses: how the API server's own parts are; made for each request and never stored. */

import { kind } from "../declare.ts";
import { column, nameColumn } from "../meta/columns.ts";
import type { ComponentStatus as ComponentStatusType } from "../tables/core-v1.ts";

type Condition = NonNullable<ComponentStatusType["conditions"]>[number];

const healthy = ({ conditions }: ComponentStatusType): Condition | undefined => conditions?.find(({ type }) => type === "Healthy");

export const ComponentStatus = kind<ComponentStatusType>("v1", "componentstatuses", {
  columns: [
    nameColumn,
    column("Status", "string", "Healthy, Unhealthy or Unknown.", (status) => {
      const condition = healthy(status);
      return condition?.status === "True" ? "Healthy" : condition?.status === "False" ? "Unhealthy" : "Unknown";
    }),
    column("Message", "string", "What the part says.", (status) => healthy(status)?.message ?? ""),
    column("Error", "string", "What went wrong.", (status) => healthy(status)?.error ?? ""),
  ],
});
