/** How often service accounts' tokens are used, by how they came about. */

import type { MetricRegistry } from "../../machinery/metrics/registry.ts";
import type { LegacyUse } from "../../security/authn/tokens/legacy.ts";

export interface TokenUses {
  bound(): void;
  legacy(use: LegacyUse): void;
}

export function tokenUses(registry: MetricRegistry): TokenUses {
  const counter = (name: string, help: string, stability: "ALPHA" | "BETA" = "ALPHA") =>
    registry.counter({ name: `serviceaccount_${name}`, help, stability }).of();
  const valid = counter("valid_tokens_total", "Uses of tokens that were asked for.");
  counter("stale_tokens_total", "Uses of tokens beyond their time: none, as there is no grace.");
  const all = counter("legacy_tokens_total", "Uses of tokens that lie in secrets.", "BETA");
  const uses = {
    manual: counter("legacy_manual_token_uses_total", "Uses of tokens in secrets that somebody made."),
    auto: counter("legacy_auto_token_uses_total", "Uses of tokens in secrets that were made for every account in former times."),
    invalidated: counter("invalid_legacy_auto_token_uses_total", "Uses of such tokens after they were marked as invalid."),
  };
  return {
    bound: () => valid.add(),
    legacy(use) {
      all.add();
      uses[use].add();
    },
  };
}
