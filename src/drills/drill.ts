/**
 * What a drill is: an attack on a live cluster with a legitimate twin, and what must come of it. The attack and its twin differ only in the right or the value,
 * so that a cluster that refuses everything fails the drill as surely as one that refuses nothing.
 */

import type { Expectation } from "./expect.ts";
import type { Room } from "./room.ts";
import type { Answer } from "./wire.ts";

export interface Drill {
  /** `T1-01`: threat, then number. */
  readonly id: string;
  /** 1 to 10, as in Kubernetes' Security Threat Model. */
  readonly threat: number;
  /** The boundaries that the attack tries to cross: `B4`. */
  readonly boundary: string;
  /** Who attacks: `A1.1`, a limited user; `A0`, nobody. */
  readonly actor: string;
  readonly title: string;
  /** What stands against it, in a sentence for the reader of the threat model. */
  readonly defence: string;
  /** What the cluster must have: where it hasn't, the drill is skipped and says why. */
  readonly needs: "control-plane" | "nodes" | "machine";
  setup?(room: Room): Promise<void>;
  attack(room: Room): Promise<readonly Finding[]>;
  twin(room: Room): Promise<readonly Finding[]>;
  /** What must come of each request of the attack that doesn't say so itself. */
  readonly expect: Expectation;
}

/** One thing that the attack, or the twin, did or saw. */
export interface Finding {
  /** `privileged, as a Deployment` */
  readonly what: string;
  /** Who sent it, as the audit log names them; empty for nobody. */
  readonly by?: string;
  readonly answer?: Answer;
  /** Instead of the drill's own. */
  readonly expect?: Expectation;
  /** What was seen from outside and must not be; undefined where all was well. */
  readonly problem?: string | undefined;
  /** The request changes nothing, was allowed to ask and learnt nothing: no record is kept of it. */
  readonly unrecorded?: true;
}

/** What was looked at from outside the attacker. @param problem what is wrong; undefined where all is well */
export function seen(what: string, problem: string | undefined): Finding {
  return { what, problem };
}

/** Checks the declaration where it is written. */
export function drill(declared: Drill): Drill {
  return declared;
}
